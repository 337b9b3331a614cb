import { Controller } from "@hotwired/stimulus";

/** Submits its form when a choice changes; the button that does it without scripts is hidden. */
export default class AutosubmitController extends Controller<HTMLFormElement> {
  static override targets = ["button"];
  declare readonly buttonTargets: HTMLElement[];

  override connect(): void {
    this.buttonTargets.forEach((button) => (button.hidden = true));
  }

  submit(): void {
    this.element.requestSubmit();
  }
}
