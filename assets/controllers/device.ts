import { Controller } from "@hotwired/stimulus";

/** The device's clock: when something was entered last, and when it was sent. The server takes only the time between. */
export default class DeviceController extends Controller<HTMLElement> {
  static override targets = ["captured", "sent"];
  declare readonly capturedTarget: HTMLInputElement;
  declare readonly sentTarget: HTMLInputElement;
  private form: HTMLFormElement | null = null;

  override connect(): void {
    this.form = this.element.closest("form");
    this.form?.addEventListener("input", this.entered);
    this.form?.addEventListener("submit", this.sent, { capture: true });
  }

  override disconnect(): void {
    this.form?.removeEventListener("input", this.entered);
    this.form?.removeEventListener("submit", this.sent, { capture: true });
  }

  private entered = (): void => {
    this.capturedTarget.value = new Date().toISOString();
  };

  private sent = (): void => {
    this.sentTarget.value = new Date().toISOString();
    this.capturedTarget.value ||= this.sentTarget.value;
  };
}
