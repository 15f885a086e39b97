// Two things that can be measured about whether people can read and use a page. Both functions run in the page.

// Texts that stand out too little from what is behind them (WCAG 2.2, AA).
export function contrastProblems() {
  const parse = (color) => {
    const numbers = color.match(/[\d.]+/g).map(Number);
    const scale = color.startsWith("color(srgb") ? 255 : 1;
    const [r, g, b, alpha = 1] = numbers;
    return { rgb: [r * scale, g * scale, b * scale], alpha };
  };
  const over = (top, below) => top.rgb.map((part, n) => part * top.alpha + below[n] * (1 - top.alpha));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
      const layer = parse(getComputedStyle(node).backgroundColor);
      layers.push(layer);
      if (layer.alpha === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const problems = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    if (!text || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".sr, .skip, option")) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const [bright, dark] = [light(over(parse(style.color), back)), light(back)].sort((a, b) => b - a);
    const ratio = (bright + 0.05) / (dark + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) {
      problems.add(`"${text.slice(0, 30)}" has a contrast of ${ratio.toFixed(2)} (${element.className || element.tagName})`);
    }
  }
  return [...problems];
}

// Fields and buttons without a name, and ids that are not unique.
export function labelProblems() {
  const problems = [];
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (field.labels.length === 0 && !field.getAttribute("aria-label")) {
      problems.push(`a field has no label: ${field.outerHTML.slice(0, 80)}`);
    }
  }
  for (const button of document.querySelectorAll("button, a[href], summary")) {
    if (!button.textContent.trim() && !button.getAttribute("aria-label")) {
      problems.push(`something to click has no name: ${button.outerHTML.slice(0, 80)}`);
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids.filter((id, n) => ids.indexOf(id) !== n)) {
    problems.push(`two things have the id ${id}`);
  }
  return problems;
}
