// What a text is before the server has read it: only as much as the station's page has to know by itself.

const SYMBOLOGY = /^\][A-Za-z][0-9A-Za-z]/;
const BADGE = /^(VB[0-9A-Z]+[0-9A-Z*]|='[A-Z0-9]{11}|8017[0-9]{18})$/;

// The text without the symbology identifier that a scanner may send before it.
export function bare(text) {
  return text.replace(SYMBOLOGY, "");
}

export function isBadge(text) {
  return BADGE.test(bare(text));
}
