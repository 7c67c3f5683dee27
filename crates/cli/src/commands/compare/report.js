for (const figure of document.querySelectorAll("figure")) {
  const [stack, slider, checkbox] = [".stack", "[type=range]", "[type=checkbox]"].map((it) => figure.querySelector(it));
  if (checkbox) {
    const diff = stack.querySelector(".diff");
    checkbox.addEventListener("change", () => {
      diff.hidden = !checkbox.checked;
    });
  }
  if (!slider) continue;
  const split = () => figure.style.setProperty("--split", `${slider.value}%`);
  slider.addEventListener("input", split);
  // A page that is loaded again keeps its sliders where they were.
  split();
  const follow = (event) => {
    if (event.buttons === 0 && event.type === "pointermove") return;
    const { left, width } = stack.getBoundingClientRect();
    slider.value = String((100 * (event.clientX - left)) / width);
    split();
  };
  stack.addEventListener("pointerdown", follow);
  // A browser would drag the picture away.
  stack.addEventListener("dragstart", (event) => event.preventDefault());
  stack.addEventListener("pointermove", follow);
}
