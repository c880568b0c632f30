/** The signs that give JSON its structure, as UTF-16 code units. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/** The closing quote of the string that begins at `start`; -1 where it does not end. */
export const findStringEnd = (text: string, start: number): number => {
  for (let end = start; ;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return end;
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    // Backslashes escape in pairs: an even number of them leaves the quote as it is.
    if ((end - before) % 2 === 1) return end;
  }
};
