import { allCommands, type CommandNode, type OptionNode } from "./command-tree.js";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes the program's commands, options and their values, and files elsewhere. */
export const completionScript = (shell: Shell, program: CommandNode): string => SCRIPTS[shell](program);

/** `token create`; empty for the program. */
const pathText = ({ path }: CommandNode): string => path.join(" ");

const optionNames = (node: CommandNode): string[] => node.options.flatMap(({ names }) => names);

const withChoices = (node: CommandNode): OptionNode[] => node.options.filter(({ choices }) => choices.length > 0);

/** Single quotes, for each of the shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const bash = (program: CommandNode): string => {
  const commands = allCommands(program);
  return `# bash completion of concordat: source <(concordat completion bash)
_concordat() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
${commands
  .filter(({ path }) => path.length > 0)
  .map((node) => `      ${quoted(pathText(node))}) path=${quoted(pathText(node))} ;;`)
  .join("\n")}
    esac
  done
  local commands="" options=""
  case "$path:$previous" in
${commands
  .flatMap((node) =>
    withChoices(node).flatMap(({ names, choices }) =>
      names.map(
        (name) =>
          `    ${quoted(`${pathText(node)}:${name}`)}) COMPREPLY=($(compgen -W ${quoted(choices.join(" "))} -- "$current")); return ;;`,
      ),
    ),
  )
  .join("\n")}
  esac
  case "$path" in
${commands
  .map((node) => {
    const subcommands = node.subcommands.map(({ path }) => path.at(-1)).join(" ");
    return `    ${quoted(pathText(node))}) commands=${quoted(subcommands)} options=${quoted(optionNames(node).join(" "))} ;;`;
  })
  .join("\n")}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $commands && $previous != -* ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _concordat concordat
`;
};

/** `name:description`, as `_describe` takes it. */
const described = (name: string, description: string): string =>
  quoted(`${name.replaceAll(":", "\\:")}:${description.replaceAll(":", "\\:")}`);

const zsh = (program: CommandNode): string => {
  const commands = allCommands(program);
  return `#compdef concordat
# zsh completion of concordat: concordat completion zsh > "\${fpath[1]}/_concordat"
_concordat() {
  local path_text="" word previous="\${words[CURRENT-1]}"
  local -a subcommands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_text:+$path_text }$word" in
${commands
  .filter(({ path }) => path.length > 0)
  .map((node) => `      ${quoted(pathText(node))}) path_text=${quoted(pathText(node))} ;;`)
  .join("\n")}
    esac
  done
  case "$path_text:$previous" in
${commands
  .flatMap((node) =>
    withChoices(node).flatMap(({ names, choices }) =>
      names.map(
        (name) => `    ${quoted(`${pathText(node)}:${name}`)}) compadd -- ${choices.map(quoted).join(" ")}; return ;;`,
      ),
    ),
  )
  .join("\n")}
  esac
  case "$path_text" in
${commands
  .map((node) => {
    const subcommands = node.subcommands.map(({ path, description }) => described(path.at(-1) ?? "", description));
    const options = node.options.flatMap(({ names, description }) => names.map((name) => described(name, description)));
    return `    ${quoted(pathText(node))}) subcommands=(${subcommands.join(" ")}); options=(${options.join(" ")}) ;;`;
  })
  .join("\n")}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe option options
  elif (( $#subcommands )) && [[ $previous != -* ]]; then
    _describe command subcommands
  else
    _files
  fi
}
# Autoloaded, the file is the function's first call; sourced, it defines it.
if [ "$funcstack[1]" = "_concordat" ]; then _concordat "$@"; else compdef _concordat concordat; fi
`;
};

const fish = (program: CommandNode): string => {
  const lines = allCommands(program).flatMap((node) => {
    const here = `-n ${quoted(`__concordat_at ${quotedInside(pathText(node))}`)}`;
    const subcommands = node.subcommands.map(
      ({ path, description }) =>
        `complete -c concordat -f ${here} -a ${quoted(path.at(-1) ?? "")} -d ${fishQuoted(description)}`,
    );
    const options = node.options.map((option) => `complete -c concordat ${here} ${fishOption(option)}`);
    return [...subcommands, ...options];
  });
  return `# fish completion of concordat: concordat completion fish > ~/.config/fish/completions/concordat.fish
set -g __concordat_paths ${allCommands(program)
    .filter(({ path }) => path.length > 0)
    .map((node) => quoted(pathText(node)))
    .join(" ")}
function __concordat_at
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim "$path $word")
    contains -- "$next" $__concordat_paths; and set path "$next"
  end
  test "$path" = "$argv"
end
${lines.join("\n")}
`;
};

const quotedInside = (text: string): string => (text === "" ? '""' : text);

const fishQuoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const fishOption = ({ names, takesValue, choices, description }: OptionNode): string =>
  [
    ...names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)),
    ...(takesValue ? ["-r"] : []),
    ...(choices.length > 0 ? [`-f -a ${quoted(choices.join(" "))}`] : []),
    `-d ${fishQuoted(description)}`,
  ].join(" ");

const SCRIPTS: Readonly<Record<Shell, (program: CommandNode) => string>> = { bash, zsh, fish };
