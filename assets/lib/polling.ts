/** htmx polls only while the page is seen; a hidden tab asks nothing of the server. */
export function pausePolling(): void {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = (event as CustomEvent).detail;
    const polled = elt instanceof Element && /every /.test(elt.getAttribute("hx-trigger") ?? "");
    if (document.hidden && polled && requestConfig?.triggeringEvent?.type !== "load") event.preventDefault();
  });
}
