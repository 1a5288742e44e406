/** The versions that the runtimes of this folder are tested with; each `*.runtimes.ts` checks that its manifest names them. */
export const versions = {
  go: { 'github.com/aws/aws-lambda-go': 'v1.55.1' },
  java: {
    'aws-lambda-java-runtime-interface-client': '2.9.0',
    'aws-lambda-java-core': '1.4.0',
    'aws-lambda-java-serialization': '1.2.0',
  },
  nim: { nim: '1.6.10' },
  rust: { lambda_runtime: '1.5.0', lambda_http: '1.3.2' },
  node: { 'aws-lambda-ric': '4.0.2' },
  python: { awslambdaric: '4.2.2' },
} as const;
