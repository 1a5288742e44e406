import { expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { runtimeResultSerializer } from '../../src/matchers/index.ts';
import { runtimes } from '../helpers/fixtures.ts';

expect.addSnapshotSerializer(runtimeResultSerializer);

test('a success is the same in every run', async () => {
  await using api = await createRuntimeApi({ command: runtimes.printsLines });

  expect(await api.invoke({ text: 'took 1 ms at 127.0.0.1:1', durationMs: 1 })).toMatchInlineSnapshot(`
    {
      "body": "{"text":"took 1 ms at 127.0.0.1:<port>","durationMs":1}",
      "bodyBytes": 50,
      "durationMs": "<duration>",
      "functionError": undefined,
      "initDurationMs": "<duration>",
      "isJson": true,
      "logs": {
        "droppedBytes": 0,
        "lines": [
          {
            "stream": "stdout",
            "text": "stdout of {"text":"took 1 ms at 127.0.0.1:<port>","durationMs":1}",
          },
          {
            "stream": "stderr",
            "text": "stderr of {"text":"took 1 ms at 127.0.0.1:<port>","durationMs":1}",
          },
        ],
        "stderr": "stderr of {"text":"took 1 ms at 127.0.0.1:<port>","durationMs":1}
    ",
        "stdout": "stdout of {"text":"took 1 ms at 127.0.0.1:<port>","durationMs":1}
    ",
      },
      "payload": {
        "durationMs": 1,
        "text": "took 1 ms at 127.0.0.1:1",
      },
      "report": {
        "billedDurationMs": "<duration>",
        "durationMs": "<duration>",
        "initDurationMs": "<duration>",
        "memorySizeMb": 128,
        "requestId": "00000000-0000-4000-8000-000000000001",
      },
      "requestId": "00000000-0000-4000-8000-000000000001",
      "status": "success",
      "streamed": false,
      "violations": [],
    }
  `);
});

test('a failure is the same in every run and on every machine', async () => {
  await using api = await createRuntimeApi({ command: runtimes.fails });
  const errorMessage = 'connect ECONNREFUSED 127.0.0.1:54321';
  const stackTrace = ['at f (/home/me/project/handler.js:12:3)', 'at g (file:///tmp/x/a.mjs:1:2)', 'at node:net:1:2'];

  expect(
    await api.invoke({ body: JSON.stringify({ errorType: 'Error', errorMessage, stackTrace }) }),
  ).toMatchInlineSnapshot(`
    {
      "body": "{"errorType":"Error","errorMessage":"connect ECONNREFUSED 127.0.0.1:<port>","stackTrace":["at f (<folder>/handler.js:12:3)","at g (<folder>/a.mjs:1:2)","at node:net:1:2"]}",
      "durationMs": "<duration>",
      "error": {
        "errorMessage": "connect ECONNREFUSED 127.0.0.1:<port>",
        "errorType": "Error",
        "stackTrace": [
          "at f (<folder>/handler.js:12:3)",
          "at g (<folder>/a.mjs:1:2)",
          "at node:net:1:2",
        ],
      },
      "functionError": "Unhandled",
      "initDurationMs": "<duration>",
      "logs": {
        "droppedBytes": 0,
        "lines": [],
        "stderr": "",
        "stdout": "",
      },
      "message": "The function failed during the Invoke phase: Error: connect ECONNREFUSED 127.0.0.1:<port>",
      "report": {
        "billedDurationMs": "<duration>",
        "durationMs": "<duration>",
        "errorType": "Error",
        "initDurationMs": "<duration>",
        "memorySizeMb": 128,
        "requestId": "00000000-0000-4000-8000-000000000001",
        "status": "error",
      },
      "requestId": "00000000-0000-4000-8000-000000000001",
      "status": "function-error",
      "violations": [],
    }
  `);
});

test('violations are what they say, without the exchange', async () => {
  await using api = await createRuntimeApi({ command: runtimes.answersWrongId });
  const result = await api.invoke({ retry: true });

  expect({ results: [result] }).toMatchInlineSnapshot(`
    {
      "results": [
        {
          "body": ""found"",
          "bodyBytes": 7,
          "durationMs": "<duration>",
          "functionError": undefined,
          "initDurationMs": "<duration>",
          "isJson": true,
          "logs": {
            "droppedBytes": 0,
            "lines": [
              {
                "stream": "stdout",
                "text": "400",
              },
            ],
            "stderr": "",
            "stdout": "400
    ",
          },
          "payload": "found",
          "report": {
            "billedDurationMs": "<duration>",
            "durationMs": "<duration>",
            "initDurationMs": "<duration>",
            "memorySizeMb": 128,
            "requestId": "00000000-0000-4000-8000-000000000001",
          },
          "requestId": "00000000-0000-4000-8000-000000000001",
          "status": "success",
          "streamed": false,
          "violations": [
            {
              "message": "The runtime answered "some-other-id", which is not the event in hand.",
              "rule": "unknown-request-id",
            },
          ],
        },
      ],
    }
  `);
});
