import { Controller } from "@hotwired/stimulus";

/** Keys of the ordered list: arrows choose, Alt with arrows moves, Alt+N goes to the field that adds. All of it has a button. */
export default class RoutingController extends Controller<HTMLElement> {
  static override targets = ["open"];
  declare readonly openTargets: HTMLAnchorElement[];

  override connect(): void {
    this.element.addEventListener("keydown", this.key);
    document.addEventListener("keydown", this.add);
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.add);
  }

  private add = (event: KeyboardEvent): void => {
    if (!event.altKey || event.code !== "KeyN") return;
    const field = document.getElementById("add_operation_name_en");
    if (!field) return;
    event.preventDefault();
    field.focus();
  };

  private key = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    const place = this.openTargets.indexOf(event.target as HTMLAnchorElement);
    if (place < 0) return;
    event.preventDefault();
    const up = event.key === "ArrowUp";
    if (event.altKey) return this.move(this.openTargets[place]!, up);
    this.openTargets[place + (up ? -1 : 1)]?.focus();
  };

  private move(link: HTMLAnchorElement, up: boolean): void {
    const id = link.id.replace("open-", "");
    const button = document.getElementById(`${up ? "up" : "down"}-${id}`) as HTMLButtonElement | null;
    button?.form?.requestSubmit(button);
  }
}
