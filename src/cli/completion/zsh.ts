import type { CompletedCommand } from "./command-table.ts";
import { toCaseParts } from "./shell-case.ts";

/** The completion for zsh: to be sourced after `compinit`, or kept as `_ghl-mcp` in a folder of `fpath`. */
export const toZshScript = (
  table: readonly CompletedCommand[],
  operationIds: readonly string[],
): string => {
  const { follow, operations, values } = toCaseParts(table, operationIds);
  return `#compdef ghl-mcp
# completion of ghl-mcp for zsh, made by: ghl-mcp completion zsh
_ghl_mcp() {
  local at='' skip='' word prev=\${words[CURRENT-1]} i below flags valued allowed operations
  ${operations}
  for ((i = 2; i <= CURRENT; i++)); do
    case $at in
      ${follow}
    esac
    ((i == CURRENT)) && break
    word=\${words[i]}
    if [[ -n $skip ]]; then skip=''; continue; fi
    if [[ " $valued " == *" $word "* ]]; then skip=1; continue; fi
    if [[ " $below " == *" $word "* ]]; then at="\${at:+$at }$word"; fi
  done
  case "$at $prev" in
    ${values.map(({ choices, pattern }) => `${pattern}) compadd -- \${=:-${choices}}; return ;;`).join("\n    ")}
  esac
  if [[ " $valued " == *" $prev "* ]]; then _files; return; fi
  if [[ \${words[CURRENT]} == -* || -z "$below$allowed" ]]; then
    compadd -- \${=flags}
  else
    compadd -- \${=below} \${=allowed}
  fi
}
if [[ \${funcstack[1]} == _ghl-mcp ]]; then _ghl_mcp "$@"; else compdef _ghl_mcp ghl-mcp; fi`;
};
