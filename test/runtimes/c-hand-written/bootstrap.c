/* The fixture of ../behaviours.ts in C: HTTP/1.0 by hand, on a new connection for every call. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct reply {
  char *text, *body;
  size_t body_length;
};

static const char *const init_error = "{\"errorType\":\"Fixture.InitFailed\",\"errorMessage\":\"as asked\"}";
static const char *const error =
    "{\"errorType\":\"Fixture.Failed\",\"errorMessage\":\"as asked\",\"stackTrace\":[\"first line\",\"second line\"]}";

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void write_all(int socket, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(socket, bytes, length);
    if (written < 0) die("write");
    bytes += written;
    length -= (size_t)written;
  }
}

static int connect_to_api(void) {
  char host[64] = "";
  unsigned port = 0;
  sscanf(getenv("AWS_LAMBDA_RUNTIME_API"), "%63[^:]:%u", host, &port);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  inet_pton(AF_INET, host, &address.sin_addr);
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
  return connection;
}

/* Reads to the end of the connection; a NUL follows head and body. */
static struct reply read_reply(int connection) {
  size_t length = 0, capacity = 1 << 16;
  char *text = malloc(capacity);
  for (;;) {
    ssize_t count = read(connection, text + length, capacity - length - 1);
    if (count < 0) die("read");
    if (count == 0) break;
    length += (size_t)count;
    if (capacity - length < 2) text = realloc(text, capacity *= 2);
  }
  text[length] = '\0';
  char *separator = strstr(text, "\r\n\r\n");
  if (separator == NULL || strncmp(text + strlen("HTTP/1.1"), " 20", 3) != 0) {
    fprintf(stderr, "Not the reply of a Runtime API: %s\n", text);
    exit(1);
  }
  separator[2] = '\0';
  char *body = separator + 4;
  return (struct reply){text, body, length - (size_t)(body - text)};
}

static struct reply call(const char *method, const char *path, const char *headers, const char *body, size_t length) {
  char head[1024];
  int head_length = snprintf(head, sizeof head, "%s /2018-06-01/runtime/%s HTTP/1.0\r\nContent-Length: %zu\r\n%s\r\n",
                             method, path, length, headers);
  int connection = connect_to_api();
  write_all(connection, head, (size_t)head_length);
  write_all(connection, body, length);
  struct reply reply = read_reply(connection);
  close(connection);
  return reply;
}

static void post(const char *path, const char *headers, const char *body, size_t length) {
  free(call("POST", path, headers, body, length).text);
}

/* The value, in memory that nobody frees: a fixture lives for a moment. */
static char *header(const char *head, const char *name, const char *otherwise) {
  size_t length = strlen(name);
  for (const char *line = head; (line = strstr(line, "\r\n")) != NULL;) {
    line += 2;
    if (strncasecmp(line, name, length) != 0 || line[length] != ':') continue;
    const char *value = line + length + 1 + strspn(line + length + 1, " ");
    return strndup(value, strcspn(value, "\r"));
  }
  return strdup(otherwise);
}

static char *field(const char *event, const char *name) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *found = strstr(event, key);
  if (found == NULL) return strdup("");
  found += strlen(key);
  if (*found == '"') found++;
  return strndup(found, strcspn(found, "\",}"));
}

static char *context(const char *head) {
  struct timeval now;
  gettimeofday(&now, NULL);
  long long deadline = atoll(header(head, "Lambda-Runtime-Deadline-Ms", "0"));
  char *answer = NULL;
  int length = asprintf(&answer,
                        "{\"deadlineMs\":%lld,\"remainingMs\":%lld,\"functionArn\":\"%s\",\"traceId\":\"%s\","
                        "\"tenantId\":\"%s\",\"clientContext\":%s,\"cognitoIdentity\":%s}",
                        deadline, deadline - now.tv_sec * 1000LL - now.tv_usec / 1000,
                        header(head, "Lambda-Runtime-Invoked-Function-Arn", ""),
                        header(head, "Lambda-Runtime-Trace-Id", ""), header(head, "Lambda-Runtime-Aws-Tenant-Id", ""),
                        header(head, "Lambda-Runtime-Client-Context", "null"),
                        header(head, "Lambda-Runtime-Cognito-Identity", "null"));
  if (length < 0) die("asprintf");
  return answer;
}

static void handle(const char *request_id, struct reply next) {
  char response_path[256], error_path[256];
  snprintf(response_path, sizeof response_path, "invocation/%s/response", request_id);
  snprintf(error_path, sizeof error_path, "invocation/%s/error", request_id);
  const char *op = field(next.body, "op");
  if (strcmp(op, "fail") == 0) {
    post(error_path, "Lambda-Runtime-Function-Error-Type: Fixture.Failed\r\n", error, strlen(error));
    return;
  }
  if (strcmp(op, "exit") == 0) exit(atoi(field(next.body, "code")));
  if (strcmp(op, "hang") == 0) pause();
  if (strcmp(op, "context") == 0) {
    char *answer = context(next.text);
    post(response_path, "", answer, strlen(answer));
    return;
  }
  if (strcmp(op, "big") == 0) {
    size_t length = strtoul(field(next.body, "bytes"), NULL, 10);
    char *answer = malloc(length);
    memset(answer, 'x', length);
    answer[0] = answer[length - 1] = '"';
    post(response_path, "", answer, length);
    free(answer);
    return;
  }
  if (strcmp(op, "print") == 0) {
    dprintf(STDOUT_FILENO, "stdout of %s\n", field(next.body, "line"));
    dprintf(STDERR_FILENO, "stderr of %s\n", field(next.body, "line"));
  }
  post(response_path, "", next.body, next.body_length);
}

int main(void) {
  const char *init = getenv("INIT");
  if (init != NULL && strcmp(init, "fail") == 0) {
    post("init/error", "Lambda-Runtime-Function-Error-Type: Fixture.InitFailed\r\n", init_error, strlen(init_error));
    return 1;
  }
  for (;;) {
    struct reply next = call("GET", "invocation/next", "", "", 0);
    handle(header(next.text, "Lambda-Runtime-Aws-Request-Id", ""), next);
    free(next.text);
  }
}
