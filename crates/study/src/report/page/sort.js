// A click on a header sorts its table: by the full numbers where cells have them, else by the text. Without this script the tables stand as they are.
(() => {
  const hint = document.currentScript.dataset.hint;
  const key = (row, column) => {
    const cell = row.cells[column];
    const value = cell.dataset.value;
    return value === undefined ? { text: cell.textContent } : { number: Number(value) };
  };
  const compare = (a, b, sign) => {
    if ("number" in a && "number" in b) return sign * (a.number - b.number);
    // What has no number comes last, whichever way.
    if ("number" in a || "number" in b) return "number" in a ? -1 : 1;
    return sign * a.text.localeCompare(b.text, undefined, { numeric: true });
  };
  for (const table of document.querySelectorAll("table.sorts")) {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = hint;
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].map((row) => [key(row, column), row]);
        rows.sort((a, b) => compare(a[0], b[0], down ? -1 : 1));
        body.append(...rows.map((row) => row[1]));
      });
    });
  }
})();
