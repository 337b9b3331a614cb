import { Controller } from "@hotwired/stimulus";

/** Locks the tablet when nobody has touched it for a while. The server does so too; this one is seen. */
export default class IdleController extends Controller<HTMLFormElement> {
  static override values = { seconds: Number };
  declare readonly secondsValue: number;
  private timer = 0;

  override connect(): void {
    for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, this.touched, { passive: true });
    this.touched();
  }

  override disconnect(): void {
    for (const name of ["pointerdown", "keydown"]) document.removeEventListener(name, this.touched);
    window.clearTimeout(this.timer);
  }

  private touched = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.element.requestSubmit(), this.secondsValue * 1000);
  };
}
