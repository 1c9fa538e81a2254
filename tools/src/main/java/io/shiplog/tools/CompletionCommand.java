// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell must be told so that it completes commands and options. Made for shells, so without {@code --json}. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = CompletionCommand.DESCRIPTION,
        footer = {
            "",
            "Examples:",
            "  source <(shiplog completion bash)                   this shell only",
            "  shiplog completion zsh >> ~/.zshrc                  every zsh from now on"
        })
final class CompletionCommand implements Callable<Integer> {
    static final String DESCRIPTION = "Prints a script that completes commands and options in bash or zsh.";

    /** One script for both: it asks zsh for bash's ways. */
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "bash|zsh", description = "The shell.")
    private Shell shell;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        String script = AutoComplete.bash("shiplog", spec.root().commandLine());
        spec.commandLine().getOut().print("# For " + shell + ".\n" + script);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
