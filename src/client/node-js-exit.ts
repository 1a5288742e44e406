/** Nothing is left to do, and no answer has been given. */
export class NodeJsExit extends Error {
  override readonly name = 'Runtime.NodeJsExit';

  constructor() {
    super('Node has nothing left to do, and a promise that was waited for is still pending: it will never settle.');
  }
}
