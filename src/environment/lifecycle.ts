/**
 * Where the runtime stands. The names are those of Lambda's own error messages (RIE: `core/runtime_state_names.go`);
 * `Stopped` and `Stopping` are ours.
 */
export type RuntimeState =
  | 'Stopped'
  | 'Started'
  | 'InitError'
  | 'Ready'
  | 'Running'
  | 'InvocationResponse'
  | 'InvocationErrorResponse'
  | 'RuntimeResponseSentState'
  | 'Stopping';

/** What can happen to it. The first four are calls of the runtime's. */
export type Move = 'next' | 'response' | 'error' | 'initError' | 'deliver' | 'answered' | 'start' | 'stop' | 'stopped';

/** Every allowed move; whatever is not here is forbidden. */
export const moves: Readonly<Record<RuntimeState, Readonly<Partial<Record<Move, RuntimeState>>>>> = {
  Stopped: { start: 'Started' },
  Started: { next: 'Ready', initError: 'InitError', stop: 'Stopping' },
  InitError: { stop: 'Stopping' },
  Ready: { next: 'Ready', deliver: 'Running', stop: 'Stopping' },
  Running: {
    next: 'Running',
    response: 'InvocationResponse',
    error: 'InvocationErrorResponse',
    stop: 'Stopping',
  },
  InvocationResponse: { answered: 'RuntimeResponseSentState', stop: 'Stopping' },
  InvocationErrorResponse: { answered: 'RuntimeResponseSentState', stop: 'Stopping' },
  RuntimeResponseSentState: { next: 'Ready', stop: 'Stopping' },
  Stopping: { stopped: 'Stopped' },
};

/** How Lambda's error messages call the state that a runtime's call asks for. */
const wantedState: Readonly<Record<'next' | 'response' | 'error' | 'initError', string>> = {
  next: 'Ready',
  response: 'InvocationResponse',
  error: 'InvocationErrorResponse',
  initError: 'InitError',
};

export type RuntimeCall = keyof typeof wantedState;

export function forbiddenMove(from: RuntimeState, call: RuntimeCall): string {
  return `State transition from ${from} to ${wantedState[call]} failed for runtime. Error: State transition is not allowed`;
}

/** The phase of the execution environment's life, as Lambda's documentation names it. */
export type LifecyclePhase = 'Init' | 'Invoke' | 'Idle' | 'Shutdown';

export function phaseOf(state: RuntimeState): LifecyclePhase {
  switch (state) {
    case 'Started':
    case 'InitError':
      return 'Init';
    case 'Running':
    case 'InvocationResponse':
    case 'InvocationErrorResponse':
    case 'RuntimeResponseSentState':
      return 'Invoke';
    case 'Ready':
      return 'Idle';
    case 'Stopped':
    case 'Stopping':
      return 'Shutdown';
  }
}
