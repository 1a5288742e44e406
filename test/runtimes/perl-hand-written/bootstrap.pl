# The fixture of ../behaviours.ts in Perl, with its core modules.
use strict;
use warnings;
use HTTP::Tiny;
use IO::Handle;
use Time::HiRes;

my $api  = "http://$ENV{AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime";
my $http = HTTP::Tiny->new(timeout => 1_000_000);
STDOUT->autoflush;

if (($ENV{INIT} // '') eq 'fail') {
    post('init/error', '{"errorType":"Fixture.InitFailed","errorMessage":"as asked"}', 'Fixture.InitFailed');
    exit 1;
}

while (1) {
    my $next = $http->get("$api/invocation/next");
    die "GET next: $next->{status}\n" unless $next->{success};
    handle($next->{headers}, $next->{content});
}

sub handle {
    my ($headers, $event) = @_;
    my $invocation = "invocation/$headers->{'lambda-runtime-aws-request-id'}";
    my $op         = field($event, 'op') // '';
    my $answer     = $event;
    if ($op eq 'fail') {
        my $error = '{"errorType":"Fixture.Failed","errorMessage":"as asked","stackTrace":["first line","second line"]}';
        return post("$invocation/error", $error, 'Fixture.Failed');
    }
    exit field($event, 'code') if $op eq 'exit';
    sleep if $op eq 'hang';
    $answer = context($headers) if $op eq 'context';
    $answer = '"' . 'x' x (field($event, 'bytes') - 2) . '"' if $op eq 'big';
    if ($op eq 'print') {
        print STDOUT 'stdout of ', field($event, 'line'), "\n";
        print STDERR 'stderr of ', field($event, 'line'), "\n";
    }
    post("$invocation/response", $answer);
}

sub context {
    my ($headers) = @_;
    my $deadline = $headers->{'lambda-runtime-deadline-ms'};
    my ($seconds, $microseconds) = Time::HiRes::gettimeofday();
    return sprintf
        '{"deadlineMs":%d,"remainingMs":%d,"functionArn":"%s","traceId":"%s","tenantId":"%s",'
        . '"clientContext":%s,"cognitoIdentity":%s}',
        $deadline, $deadline - $seconds * 1000 - int($microseconds / 1000),
        $headers->{'lambda-runtime-invoked-function-arn'}, $headers->{'lambda-runtime-trace-id'},
        $headers->{'lambda-runtime-aws-tenant-id'}    // '',
        $headers->{'lambda-runtime-client-context'}   // 'null',
        $headers->{'lambda-runtime-cognito-identity'} // 'null';
}

sub post {
    my ($path, $body, $error_type) = @_;
    my %headers = ('Content-Type' => 'application/json');
    $headers{'Lambda-Runtime-Function-Error-Type'} = $error_type if $error_type;
    my $reply = $http->post("$api/$path", { headers => \%headers, content => $body });
    die "POST $path: $reply->{status}\n" unless $reply->{status} == 202;
}

sub field {
    my ($event, $name) = @_;
    return $event =~ /"$name":"?([A-Za-z0-9-]+)/ ? $1 : undef;
}
