import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Pattern;

/** The fixture of ../behaviours.ts in Java, with its standard library. Its client offers HTTP/2, as by default. */
class Bootstrap {
  static final String api = "http://" + System.getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/";
  static final HttpClient client = HttpClient.newHttpClient();

  public static void main(String[] arguments) throws Exception {
    if ("fail".equals(System.getenv("INIT"))) {
      var error = "{\"errorType\":\"Fixture.InitFailed\",\"errorMessage\":\"as asked\"}";
      post("init/error", error.getBytes(ISO_8859_1), "Fixture.InitFailed");
      System.exit(1);
    }
    while (true) {
      var next = HttpRequest.newBuilder(URI.create(api + "invocation/next")).build();
      var reply = client.send(next, BodyHandlers.ofByteArray());
      handle(reply.headers(), reply.body());
    }
  }

  static void handle(HttpHeaders headers, byte[] event) throws Exception {
    var invocation = "invocation/" + header(headers, "Lambda-Runtime-Aws-Request-Id", "");
    var answer = event;
    switch (field(event, "op")) {
      case "fail":
        var error = "{\"errorType\":\"Fixture.Failed\",\"errorMessage\":\"as asked\","
            + "\"stackTrace\":[\"first line\",\"second line\"]}";
        post(invocation + "/error", error.getBytes(ISO_8859_1), "Fixture.Failed");
        return;
      case "exit":
        System.exit(Integer.parseInt(field(event, "code")));
        break;
      case "hang":
        Thread.sleep(Long.MAX_VALUE);
        break;
      case "context":
        answer = context(headers).getBytes(ISO_8859_1);
        break;
      case "big":
        answer = ('"' + "x".repeat(Integer.parseInt(field(event, "bytes")) - 2) + '"').getBytes(ISO_8859_1);
        break;
      case "print":
        System.out.println("stdout of " + field(event, "line"));
        System.err.println("stderr of " + field(event, "line"));
        break;
    }
    post(invocation + "/response", answer, null);
  }

  static String context(HttpHeaders headers) {
    var deadline = Long.parseLong(header(headers, "Lambda-Runtime-Deadline-Ms", ""));
    return String.format(
        "{\"deadlineMs\":%d,\"remainingMs\":%d,\"functionArn\":\"%s\",\"traceId\":\"%s\",\"tenantId\":\"%s\","
            + "\"clientContext\":%s,\"cognitoIdentity\":%s}",
        deadline,
        deadline - System.currentTimeMillis(),
        header(headers, "Lambda-Runtime-Invoked-Function-Arn", ""),
        header(headers, "Lambda-Runtime-Trace-Id", ""),
        header(headers, "Lambda-Runtime-Aws-Tenant-Id", ""),
        header(headers, "Lambda-Runtime-Client-Context", "null"),
        header(headers, "Lambda-Runtime-Cognito-Identity", "null"));
  }

  static void post(String path, byte[] body, String errorType) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(api + path))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(body));
    if (errorType != null) request.header("Lambda-Runtime-Function-Error-Type", errorType);
    var reply = client.send(request.build(), BodyHandlers.ofString());
    if (reply.statusCode() != 202) throw new Exception("POST " + path + ": " + reply.statusCode());
  }

  static String header(HttpHeaders headers, String name, String otherwise) {
    return headers.firstValue(name).orElse(otherwise);
  }

  static String field(byte[] event, String name) {
    var match = Pattern.compile('"' + name + "\":\"?([A-Za-z0-9-]+)").matcher(new String(event, ISO_8859_1));
    return match.find() ? match.group(1) : "";
  }
}
