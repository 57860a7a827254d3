/** For pages that carry everything in themselves: names the worker that draws, whose program is text in the page too. */

export function nameWorker(): void {
  const worker = document.getElementById("worker");
  if (worker === null) return;
  // Not a blob: Chromium starts no module worker from one in a page that came from a file.
  const address = `data:text/javascript,${encodeURIComponent(worker.textContent ?? "")}`;
  document.querySelector("meta[name=atlas-worker]")?.setAttribute("content", address);
}
