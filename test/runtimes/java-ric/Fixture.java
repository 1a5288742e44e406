import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The fixture of ../behaviours.ts for the official client, once for each kind of handler. */
class Fixture {
  /** The client hands over the event as an object, and writes the payload. */
  public static class Objects extends Fixture implements RequestHandler<Object, Object> {
    @Override
    public Object handleRequest(Object event, Context context) {
      var fields = event instanceof Map ? (Map<?, ?>) event : Map.of();
      if (!(fields.get("op") instanceof String)) return event;
      switch ((String) fields.get("op")) {
        case "context":
          return context(context);
        case "big":
          return "x".repeat(((Number) fields.get("bytes")).intValue() - 2);
        default:
          act(fields.get("op"), fields.get("code"), fields.get("line"));
          return event;
      }
    }
  }

  /** The handler reads and writes bytes. */
  public static class Bytes extends Fixture implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
      var event = input.readAllBytes();
      switch (field(event, "op")) {
        case "context":
          output.write(json(context(context)).getBytes(UTF_8));
          break;
        case "big":
          output.write(('"' + "x".repeat(Integer.parseInt(field(event, "bytes")) - 2) + '"').getBytes(ISO_8859_1));
          break;
        default:
          act(field(event, "op"), field(event, "code"), field(event, "line"));
          output.write(event);
      }
    }
  }

  Fixture() {
    if ("fail".equals(System.getenv("INIT"))) throw new IllegalStateException("as asked");
  }

  static void act(Object op, Object code, Object line) {
    switch (op.toString()) {
      case "fail":
        throw new IllegalStateException("as asked");
      case "error":
        throw new AssertionError("as asked");
      case "recurse":
        recurse(0);
        break;
      case "exit":
        System.exit((int) Double.parseDouble(code.toString()));
        break;
      case "halt":
        Runtime.getRuntime().halt((int) Double.parseDouble(code.toString()));
        break;
      case "hang":
        hang();
        break;
      case "print":
        System.out.println("stdout of " + line);
        System.err.println("stderr of " + line);
        break;
    }
  }

  static int recurse(int depth) {
    return recurse(depth + 1) + 1;
  }

  static void hang() {
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException never) {
      throw new AssertionError(never);
    }
  }

  static Map<String, Object> context(Context context) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("remainingMs", context.getRemainingTimeInMillis());
    answer.put("functionArn", context.getInvokedFunctionArn());
    answer.put("traceId", System.getProperty("com.amazonaws.xray.traceHeader"));
    answer.put("tenantId", context.getTenantId() == null ? "" : context.getTenantId());
    answer.put("clientContext", clientContext(context.getClientContext()));
    answer.put("cognitoIdentity", identity(context.getIdentity()));
    return answer;
  }

  static Object clientContext(ClientContext context) {
    if (context == null) return null;
    var client = new LinkedHashMap<String, Object>();
    if (context.getClient() != null) client.put("app_title", context.getClient().getAppTitle());
    var answer = new LinkedHashMap<String, Object>();
    answer.put("client", client);
    answer.put("custom", context.getCustom());
    return answer;
  }

  static Object identity(CognitoIdentity identity) {
    if (identity == null) return null;
    var answer = new LinkedHashMap<String, Object>();
    answer.put("cognitoIdentityId", identity.getIdentityId());
    answer.put("cognitoIdentityPoolId", identity.getIdentityPoolId());
    return answer;
  }

  static String json(Object value) {
    if (value instanceof Map) {
      var fields = ((Map<?, ?>) value).entrySet().stream().map(each -> json(each.getKey()) + ':' + json(each.getValue()));
      return '{' + String.join(",", fields.toArray(String[]::new)) + '}';
    }
    if (!(value instanceof String)) return String.valueOf(value);
    return '"' + ((String) value).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  static String field(byte[] event, String name) {
    var match = Pattern.compile('"' + name + "\":\"?([A-Za-z0-9-]+)").matcher(new String(event, ISO_8859_1));
    return match.find() ? match.group(1) : "";
  }
}
