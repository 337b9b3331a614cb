import { Controller } from "@hotwired/stimulus";

/** Says in the bar, in words, whether the network is there; asks the server every 20 seconds while the page is seen. */
export default class ConnectionController extends Controller<HTMLElement> {
  static override values = { url: String };
  declare readonly urlValue: string;
  private timer = 0;

  override connect(): void {
    window.addEventListener("online", this.check);
    window.addEventListener("offline", this.check);
    document.addEventListener("visibilitychange", this.check);
    this.timer = window.setInterval(this.check, 20_000);
    if (!navigator.onLine) this.show(false);
  }

  override disconnect(): void {
    window.removeEventListener("online", this.check);
    window.removeEventListener("offline", this.check);
    document.removeEventListener("visibilitychange", this.check);
    window.clearInterval(this.timer);
  }

  private check = async (): Promise<void> => {
    if (document.hidden) return;
    if (!navigator.onLine) return this.show(false);
    try {
      const answer = await fetch(this.urlValue, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(5000) });
      this.show(answer.ok);
    } catch {
      this.show(false);
    }
  };

  private show(online: boolean): void {
    this.element.dataset.state = online ? "online" : "offline";
  }
}
