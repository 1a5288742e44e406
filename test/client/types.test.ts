import type { APIGatewayProxyHandlerV2, Callback, Context, Handler } from 'aws-lambda';
import { expect, expectTypeOf, test } from 'vitest';
import * as client from '../../src/client/index.ts';
import { awslambda, type HandlerContext, type LambdaHandler, runEventLoop } from '../../src/client/index.ts';

test('the entry exports these values', () => {
  expect(Object.keys(client).sort()).toEqual([
    'HarnessError',
    'awslambda',
    'createRuntimeClient',
    'processIsIdle',
    'runEventLoop',
  ]);
});

test('handlers and contexts of @types/aws-lambda are ours', () => {
  expectTypeOf<Handler>().toExtend<LambdaHandler>();
  expectTypeOf<Handler<{ name: string }, { hello: string }>>().toExtend<LambdaHandler>();
  expectTypeOf<APIGatewayProxyHandlerV2>().toExtend<LambdaHandler>();
  expectTypeOf<HandlerContext>().toExtend<Context>();
  expectTypeOf<
    (event: { n: number }, context: Context, callback: Callback<number>) => void
  >().toExtend<LambdaHandler>();
  expectTypeOf<(event: { n: number }) => Promise<number>>().toExtend<LambdaHandler>();
  expectTypeOf<() => number>().toExtend<LambdaHandler>();
  expectTypeOf<(event: string, other: number) => void>().not.toExtend<LambdaHandler>();
});

test('a streaming handler is a handler, too', () => {
  const handler = awslambda.streamifyResponse(async (event: { n: number }, responseStream, context) => {
    responseStream.setContentType(context.awsRequestId);
    responseStream.end(String(event.n));
  });

  expectTypeOf(handler).toExtend<LambdaHandler>();
  expectTypeOf(runEventLoop).toBeCallableWith(handler);
});
