import { Controller } from "@hotwired/stimulus";

/** Changes the theme at once; the form that does it without scripts has told the server by cookie. */
export default class ThemeController extends Controller<HTMLFormElement> {
  choose(event: SubmitEvent): void {
    const theme = (event.submitter as HTMLButtonElement | null)?.value;
    if (!theme) return;
    event.preventDefault();
    document.documentElement.dataset.theme = theme;
    const body = new FormData(this.element);
    body.set("theme", theme);
    void fetch(this.element.action, { method: "POST", body });
    for (const button of this.element.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === theme));
  }
}
