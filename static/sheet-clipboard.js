// Blocks of cells as spreadsheets copy them: tabs between cells, line ends between rows, quotes around a cell that
// holds one of these. Reading them is the server's affair.

// One part of a block: what is written of it in the trail has to fit there.
export const MOST_ROWS = 200;
const MOST_CHARACTERS = 60_000;

export function copied(rows) {
  return rows.map((cells) => cells.map(quoted).join("\t")).join("\n");
}

function quoted(text) {
  return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Whether a text is more than one cell: a text of several lines in quotes is one.
export function isBlock(text) {
  return /[\t]|\n(?=[^])/.test(text.replace(/\r/g, "").replace(/\n$/, "")) || text.startsWith('"');
}

// The parts of a block that are saved one after another, with how many rows each has: a part ends where a row does.
export function parts(text) {
  const body = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const found = [];
  let [begin, count] = [0, 0];
  for (const end of rowEnds(body)) {
    count += 1;
    if (count < MOST_ROWS && end - begin < MOST_CHARACTERS && end < body.length) continue;
    found.push({ part: `${body.slice(begin, end)}\n`, count });
    [begin, count] = [end + 1, 0];
  }
  return found;
}

// Where rows end: as the server reads a block, so that both count the same.
function* rowEnds(body) {
  const cell = /"(?:[^"]|"")*"(?=[\t\n]|$)|[^\t\n]*/y;
  for (;;) {
    const isThere = cell.exec(body) !== null;
    const at = isThere ? cell.lastIndex : body.length;
    if (body[at] !== "\t") yield at;
    if (at >= body.length) return;
    cell.lastIndex = at + 1;
  }
}
