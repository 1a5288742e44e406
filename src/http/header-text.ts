/** The text of a header whose bytes are UTF-8: Node reads them as Latin-1. */
export function fromHeader(latin1: string): string {
  // Only bytes above 0x7F differ between the two.
  for (let index = 0; index < latin1.length; index++) {
    if (latin1.charCodeAt(index) > 0x7f) return Buffer.from(latin1, 'latin1').toString('utf8');
  }
  return latin1;
}

/** JSON as a header can carry it: clients disagree on the encoding of what is not ASCII, and DEL is forbidden. */
export function jsonForHeader(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
