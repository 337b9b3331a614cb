import { Controller } from "@hotwired/stimulus";

/** A form that saves itself when a field changes: says when it is not saved, and keeps the reader from leaving by accident. */
export default class RowController extends Controller<HTMLFormElement> {
  static override targets = ["status"];
  static override values = { unsent: String };
  declare readonly statusTarget: HTMLElement;
  declare readonly unsentValue: string;
  private dirty = false;
  private sending = false;

  override connect(): void {
    this.element.addEventListener("input", this.changed);
    this.element.dataset.state = this.element.querySelector(".ar-note, .ar-error") ? "refused" : "clean";
    this.element.addEventListener("submit", this.twice, { capture: true });
    this.element.addEventListener("submit", this.plain);
    this.element.addEventListener("htmx:beforeRequest", this.sent);
    this.element.addEventListener("htmx:afterRequest", this.answered as EventListener);
    this.element.addEventListener("htmx:sendError", this.unsent);
    window.addEventListener("beforeunload", this.leave);
  }

  override disconnect(): void {
    window.removeEventListener("beforeunload", this.leave);
  }

  private changed = (): void => {
    this.dirty = true;
    this.element.dataset.state = "dirty";
    this.statusTarget.querySelectorAll(".ar-saved").forEach((one) => one.remove());
  };

  /** Enter in a field is a change and a submit: the second would only repeat what is on its way. */
  private twice = (event: SubmitEvent): void => {
    if (this.dirty || this.element.dataset.state !== "sending") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  private plain = (): void => {
    this.sending = true;
  };

  private sent = (): void => {
    this.dirty = false;
    this.element.dataset.state = "sending";
  };

  private answered = (event: CustomEvent<{ successful: boolean }>): void => {
    this.sending = false;
    // typed again while it was on its way: still not saved
    if (this.dirty) return;
    this.dirty = !event.detail.successful;
    this.element.dataset.state = event.detail.successful ? "saved" : "refused";
  };

  private unsent = (): void => {
    this.dirty = true;
    this.element.dataset.state = "unsent";
    const said = document.createElement("p");
    said.className = "ar-error";
    said.textContent = this.unsentValue;
    this.statusTarget.querySelectorAll(".ar-error").forEach((one) => one.remove());
    this.statusTarget.append(said);
  };

  private leave = (event: BeforeUnloadEvent): void => {
    if (this.dirty && !this.sending) event.preventDefault();
  };
}
