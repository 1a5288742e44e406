/** Nobody handled a rejection; worded as in Lambda's Node runtime. */
export class UnhandledPromiseRejection extends Error {
  override readonly name = 'Runtime.UnhandledPromiseRejection';

  constructor(reason: unknown) {
    super(String(reason), { cause: reason });
    if (reason instanceof Error && reason.stack !== undefined) this.stack = reason.stack;
  }
}
