/**
 * Text of the documentation for a terminal: without the backticks of Markdown, and with the path of a
 * page in place of a link, whose target is beside the page.
 */
export const toPlainText = (markdown: string): string =>
  markdown
    .replaceAll(/\[[^\]]*\]\((?!https?:)([^)#]+)[^)]*\)/gu, "docs/$1")
    .replaceAll(/\[([^\]]*)\]\(([^)]+)\)/gu, "$1 ($2)")
    .replaceAll("`", "");
