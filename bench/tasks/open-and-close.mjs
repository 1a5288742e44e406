/** Begins to listen and ends, without a runtime. */
export async function prepare({ subject }) {
  const { start } = await import(`../subjects/${subject}.mjs`);
  return {
    async run(count) {
      for (let serial = 0; serial < count; serial++) {
        const { stop } = await start({});
        await stop();
      }
    },
  };
}
