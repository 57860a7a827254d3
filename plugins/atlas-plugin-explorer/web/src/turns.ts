/** Lets others have their turn in between. */

/** Wait until the messages and events that are there have been dealt with; a timer would wait for milliseconds more. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Wait until there is nothing else to do. */
export function idle(): Promise<void> {
  // Safari does not tell.
  const wait = globalThis.requestIdleCallback ?? ((done: () => void) => setTimeout(done, 30));
  return new Promise((resolve) => wait(() => resolve()));
}
