/** A word of a command for a POSIX shell: quoted where the shell would read anything into it. */
export const toShellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
