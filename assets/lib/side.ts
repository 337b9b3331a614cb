/** Browsers that cannot show a closed disclosure by style alone get the navigation opened on wide screens. */
export function keepSideOpen(): void {
  const side = document.querySelector<HTMLDetailsElement>("details.ar-side");
  if (side && !CSS.supports("selector(::details-content)") && matchMedia("(min-width: 992px)").matches) side.open = true;
}
