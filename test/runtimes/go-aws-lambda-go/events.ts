/** Events as services send them, and what a handler that is typed by the package `events` makes of them. */
export const events: Readonly<Record<string, { readonly event: unknown; readonly payload: unknown }>> = {
  'events.APIGatewayV2HTTPRequest': {
    event: {
      version: '2.0',
      routeKey: 'POST /orders/{id}',
      rawPath: '/orders/zo%C3%AB',
      rawQueryString: 'dry=1&dry=2',
      cookies: ['theme=dark', 'session=1'],
      headers: { 'content-type': 'text/plain', host: 'orders.example.com' },
      queryStringParameters: { dry: '1,2' },
      pathParameters: { id: 'zoë' },
      requestContext: {
        accountId: '123456789012',
        apiId: 'orders',
        domainName: 'orders.example.com',
        http: {
          method: 'POST',
          path: '/orders/zo%C3%AB',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.1',
          userAgent: 'a test',
        },
        requestId: 'a-request',
        routeKey: 'POST /orders/{id}',
        stage: '$default',
        time: '21/Nov/2026:10:00:00 +0000',
        timeEpoch: 1_795_255_200_000,
      },
      body: 'two cheeses',
      isBase64Encoded: false,
    },
    payload: {
      statusCode: 201,
      headers: { 'Content-Type': 'text/plain' },
      body: 'POST zoë: two cheeses',
      cookies: ['theme=dark', 'session=1'],
    },
  },
  'events.SQSEvent': unchanged({
    Records: [
      {
        messageId: 'message-1',
        receiptHandle: 'handle-1',
        body: '{"order":7}',
        md5OfBody: '5d8ce7a3f3a6d4b4a2d9cc5d8f1b7c11',
        attributes: { ApproximateReceiveCount: '2', SentTimestamp: '1795255200000' },
        messageAttributes: { urgency: { stringValue: 'high', dataType: 'String' } },
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:orders',
        awsRegion: 'us-east-1',
      },
    ],
  }),
  'events.S3Event': unchanged({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime: '2026-11-21T10:00:00.123Z',
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: 'orders', arn: 'arn:aws:s3:::orders' },
          object: { key: 'two+cheeses%C3%AB.txt', size: 11, eTag: 'an-etag', sequencer: '0055AED6DCD90281E5' },
        },
      },
    ],
  }),
  'events.DynamoDBEvent': unchanged({
    Records: [
      {
        eventID: 'event-1',
        eventName: 'MODIFY',
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-east-1',
        dynamodb: {
          Keys: { id: { N: '9007199254740993' } },
          NewImage: {
            id: { N: '9007199254740993' },
            name: { S: 'Zoë' },
            tags: { SS: ['blue', 'hard'] },
            picture: { B: 'AAEC/w==' },
            sold: { BOOL: false },
            maker: { NULL: true },
            prices: { L: [{ N: '1.50' }, { M: { per: { S: 'kg' } } }] },
          },
          SequenceNumber: '111',
          SizeBytes: 59,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ],
  }),
  'events.CloudWatchEvent': unchanged({
    version: '0',
    id: 'event-1',
    'detail-type': 'Order placed',
    source: 'com.example.orders',
    account: '123456789012',
    time: '2026-11-21T10:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:orders:::7'],
    detail: { order: 7, price: 1.5, cheeses: ['blue', 'hard'] },
  }),
};

/** What a function URL sends. */
export const functionUrlRequest = {
  version: '2.0',
  rawPath: '/orders',
  rawQueryString: 'dry=1',
  headers: { 'content-type': 'text/plain', 'x-forwarded-proto': 'https' },
  requestContext: {
    domainName: 'abc.example.com',
    http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'a test' },
    requestId: 'a-request',
  },
  body: 'two cheeses',
  isBase64Encoded: false,
};

function unchanged(event: unknown): { event: unknown; payload: unknown } {
  return { event, payload: event };
}
