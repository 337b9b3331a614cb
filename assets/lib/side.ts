/** The navigation is a disclosure: open on wide screens, where its summary is hidden, and closed on narrow ones. */
export function keepSideOpen(): void {
  const side = document.querySelector<HTMLDetailsElement>("details.ar-side");
  const wide = matchMedia("(min-width: 992px)");
  const follow = (): void => {
    if (side) side.open = wide.matches;
  };
  follow();
  wide.addEventListener("change", follow);
}
