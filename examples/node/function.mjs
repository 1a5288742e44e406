export async function handler(event) {
  switch (event.do) {
    case 'greet':
      console.log(`greeting ${event.name}`);
      return `Hello ${event.name}!`;
    case 'fail':
      throw new RangeError('there is no such order');
    case 'hang':
      return new Promise(() => setInterval(() => {}, 1000));
    case 'crash':
      console.error('out of cheese');
      return process.exit(3);
  }
}
