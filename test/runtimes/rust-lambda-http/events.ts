/** A request as an event. Only what lambda_http needs to tell the services apart, and what the tests look at. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Whether `body` is base64. */
  readonly binary?: boolean;
}

/** What a function URL and an HTTP API of API Gateway send: the payload format 2.0. */
export function functionUrlEvent({ method, path, contentType, body, binary }: HttpRequest): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: 'q=one&q=t%C3%BCo',
    cookies: ['a=1', 'b=2'],
    headers: { host: 'example.com', 'x-tag': 'tagged', ...(contentType && { 'content-type': contentType }) },
    queryStringParameters: { q: 'one,tüo' },
    pathParameters: { id: '7' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'an-id',
      domainName: 'an-id.lambda-url.eu-west-1.on.aws',
      domainPrefix: 'an-id',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'a test' },
      requestId: 'a-request',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1_767_225_600_000,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: binary === true,
  };
}

/** What an Application Load Balancer sends. */
export function loadBalancerEvent({ method, path, contentType, body, binary }: HttpRequest): object {
  return {
    requestContext: {
      elb: {
        targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a-group/0123456789abcdef',
      },
    },
    httpMethod: method,
    path,
    queryStringParameters: { q: 't%C3%BCo' },
    headers: { host: 'example.com', 'x-tag': 'tagged', ...(contentType && { 'content-type': contentType }) },
    body: body ?? '',
    isBase64Encoded: binary === true,
  };
}
