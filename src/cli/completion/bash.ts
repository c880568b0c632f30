import type { CompletedCommand } from "./command-table.ts";
import { toCaseParts } from "./shell-case.ts";

/**
 * The completion for bash, 3.2 and later, without the bash-completion package. Where nothing of ours
 * fits, bash completes file names.
 */
export const toBashScript = (
  table: readonly CompletedCommand[],
  operationIds: readonly string[],
): string => {
  const { follow, operations, values } = toCaseParts(table, operationIds);
  return `# completion of ghl-mcp for bash, made by: ghl-mcp completion bash
_ghl_mcp() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local at='' skip='' word i below flags valued allowed operations
  # bash breaks --flag=value into three words
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  ${operations}
  for ((i = 1; i <= COMP_CWORD; i++)); do
    case $at in
      ${follow}
    esac
    ((i == COMP_CWORD)) && break
    word=\${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then continue; fi
    if [[ -n $skip ]]; then skip=''; continue; fi
    if [[ " $valued " == *" $word "* ]]; then skip=1; continue; fi
    if [[ " $below " == *" $word "* ]]; then at="\${at:+$at }$word"; fi
  done
  case "$at $prev" in
    ${values.map(({ choices, pattern }) => `${pattern}) COMPREPLY=($(compgen -W ${choices} -- "$cur")); return ;;`).join("\n    ")}
  esac
  COMPREPLY=()
  if [[ " $valued " == *" $prev "* ]]; then return; fi
  if [[ $cur != -* ]]; then COMPREPLY=($(compgen -W "$below $allowed" -- "$cur")); fi
  if [[ $cur == -* || ( -z $cur && \${#COMPREPLY[@]} -eq 0 ) ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  fi
}
complete -o default -F _ghl_mcp ghl-mcp`;
};
