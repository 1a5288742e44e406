/** Nobody handled a rejection; worded as in Lambda's Node runtime. */
export class UnhandledPromiseRejection extends Error {
  override readonly name = 'Runtime.UnhandledPromiseRejection';

  constructor(reason: unknown) {
    super(String(reason), { cause: reason });
    if (reason instanceof Error && reason.stack !== undefined) this.stack = reason.stack;
  }
}

/** Nothing is left to do, and no answer has been given. */
export class NodeJsExit extends Error {
  override readonly name = 'Runtime.NodeJsExit';

  constructor() {
    super('Node has nothing left to do, and a promise that was waited for is still pending: it will never settle.');
  }
}
