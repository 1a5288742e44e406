import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, source } from '../toolchains.ts';
import { versions } from '../versions.ts';

const artifact = 'aws-lambda-java-runtime-interface-client';
const version = versions.java[artifact];

const main = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';
const nativeLibrary = 'com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI';

/** Every handler of the fixture runs in the same program; it is told which by its argument. */
export type JavaCommand = (handler: string) => readonly string[];

/** Downloads the client if it is not there, and compiles the fixture. */
export async function buildJavaClient(folder: string): Promise<JavaCommand> {
  const client = join(folder, version);
  const classes = join(folder, 'classes');
  await download(client);
  const path = join(client, '*');
  await run('javac', ['-cp', path, '-d', classes, source('java-ric/Fixture.java'), source('java-ric/Greeter.java')]);
  return (handler) => [
    'java',
    // Not for speed: a JVM that is killed would leave its performance data behind.
    '-XX:-UsePerfData',
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    // Otherwise each process unpacks it to the same file in /tmp: they would overwrite each other's, and leave it there.
    `-D${nativeLibrary}=${join(client, libraryInJar())}`,
    '-cp',
    `${classes}:${path}`,
    main,
    handler,
  ];
}

/** The pinned versions that the pom does not name. */
export async function versionsNotInPom(): Promise<string[]> {
  const pom = await readFile(source('java-ric/pom.xml'), 'utf8');
  const named = [...pom.matchAll(/<artifactId>([^<]+)<\/artifactId>\s*<version>([^<]+)<\/version>/g)].map(
    ([, name, version]) => `${name} ${version}`,
  );
  return Object.entries(versions.java)
    .map(([name, version]) => `${name} ${version}`)
    .filter((pinned) => !named.includes(pinned));
}

async function download(client: string): Promise<void> {
  const library = join(client, libraryInJar());
  // Unpacked last: if it is there, all is.
  const isComplete = await access(library).then(
    () => true,
    () => false,
  );
  if (isComplete) return;
  await mkdir(client, { recursive: true });
  const pom = source('java-ric/pom.xml');
  await run('mvn', ['-q', '-B', '-f', pom, `-Dfolder=${client}`, 'dependency:copy-dependencies']);
  await run('sh', ['-c', 'cd "$1" && jar xf "$2" "$3"', 'sh', client, `${artifact}-${version}.jar`, libraryInJar()]);
}

function libraryInJar(): string {
  const architecture = process.arch === 'arm64' ? 'aarch_64' : 'x86_64';
  return `jni/libaws-lambda-jni.linux-${architecture}.so`;
}
