// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.explain.ExplainCommand;
import io.shiplog.tools.jobs.DecommissionCommand;
import io.shiplog.tools.jobs.NodeCordonCommand;
import io.shiplog.tools.jobs.NodeUncordonCommand;
import io.shiplog.tools.jobs.NodeUnregisterCommand;
import io.shiplog.tools.jobs.ReassignCommand;
import io.shiplog.tools.jobs.ReplaceCommand;
import io.shiplog.tools.jobs.TopicAlterCommand;
import io.shiplog.tools.operate.BalanceLeadersCommand;
import io.shiplog.tools.operate.ElectLeadersCommand;
import io.shiplog.tools.operate.LeadersCommand;
import io.shiplog.tools.operate.MaintenanceCommand;
import io.shiplog.tools.operate.MayRestartCommand;
import io.shiplog.tools.operate.QuorumChange;
import io.shiplog.tools.operate.RecoverCommand;
import io.shiplog.tools.see.ChangeConfigs;
import io.shiplog.tools.see.ClusterCommand;
import io.shiplog.tools.see.ConfigsCommand;
import io.shiplog.tools.see.CreateTopicCommand;
import io.shiplog.tools.see.DeleteTopicsCommand;
import io.shiplog.tools.see.DescribeGroupCommand;
import io.shiplog.tools.see.DescribeTopicCommand;
import io.shiplog.tools.see.GroupsCommand;
import io.shiplog.tools.see.HistoryCommand;
import io.shiplog.tools.see.LogsCommand;
import io.shiplog.tools.see.NodesCommand;
import io.shiplog.tools.see.PartitionsCommand;
import io.shiplog.tools.see.QuorumCommand;
import io.shiplog.tools.see.TopicsCommand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The admin tool, {@code bin/shiplog}. Exit 0: done, or yes; 1: the cluster refused or did not answer, or no; 2: usage. What goes wrong is one
 * line on the error stream.
 */
@Command(
        name = "shiplog",
        mixinStandardHelpOptions = true,
        version = "shiplog 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Looks at a cluster and changes it. Where it is: --bootstrap HOST:PORT,... or SHIPLOG_BOOTSTRAP or a profile.",
        footer = {
            "",
            "Examples:",
            "  shiplog cluster --bootstrap 10.0.0.1:9092",
            "  shiplog partitions --under-replicated --watch",
            "  shiplog COMMAND --help      every command's options, with examples",
            "",
            "Exit: 0 done, or yes; 1 refused, no answer, or no; 2 wrong usage."
        })
public final class ShiplogMain {
    private static final int WIDTH = 110;

    private ShiplogMain() {}

    /** A command of the first level, and commands of other packages below it. */
    private record Entry(Class<?> command, List<Class<?>> below) {}

    private static Entry of(Class<?> command, Class<?>... below) {
        return new Entry(command, List.of(below));
    }

    /** The commands by what they are for. To have them listed costs less than to have them made. */
    private static Map<String, List<Entry>> groups() {
        Map<String, List<Entry>> groups = new LinkedHashMap<>();
        groups.put(
                "See",
                List.of(
                        of(ClusterCommand.class),
                        of(
                                NodesCommand.class,
                                NodeCordonCommand.class,
                                NodeUncordonCommand.class,
                                NodeUnregisterCommand.class),
                        of(
                                TopicsCommand.class,
                                TopicsCommand.ListTopics.class,
                                DescribeTopicCommand.class,
                                CreateTopicCommand.class,
                                TopicAlterCommand.class,
                                DeleteTopicsCommand.class),
                        of(PartitionsCommand.class),
                        of(GroupsCommand.class, DescribeGroupCommand.class),
                        of(
                                QuorumCommand.class,
                                QuorumCommand.Describe.class,
                                QuorumChange.Add.class,
                                QuorumChange.Remove.class,
                                QuorumChange.Transfer.class),
                        of(ConfigsCommand.class, ChangeConfigs.SetConfigs.class, ChangeConfigs.UnsetConfigs.class),
                        of(LogsCommand.class),
                        of(HistoryCommand.class),
                        of(ExplainCommand.class)));
        groups.put(
                "Change",
                List.of(
                        of(LeadersCommand.class, BalanceLeadersCommand.class, ElectLeadersCommand.class),
                        of(MaintenanceCommand.class, MaintenanceCommand.On.class, MaintenanceCommand.Off.class),
                        of(MayRestartCommand.class),
                        of(RecoverCommand.class, RecoverCommand.Plan.class, RecoverCommand.Run.class)));
        groups.put("Jobs", List.of(of(ReassignCommand.class), of(DecommissionCommand.class), of(ReplaceCommand.class)));
        return groups;
    }

    public static void main(String[] args) {
        System.exit(commandLine(args).execute(args));
    }

    /** With all commands. */
    static CommandLine commandLine() {
        return commandLine(new String[] {"completion"});
    }

    /** With as many commands as these arguments need: each one that is made costs time at every start. */
    static CommandLine commandLine(String... args) {
        CommandLine root = new CommandLine(new ShiplogMain());
        boolean listed = args.length == 0 || args[0].startsWith("-");
        List<Entry> all = new ArrayList<>();
        groups().values().forEach(all::addAll);
        boolean one =
                args.length > 0 && all.stream().anyMatch(entry -> name(entry).equals(args[0]));
        for (Entry entry : all) {
            if (one ? name(entry).equals(args[0]) : !listed) {
                add(root, entry);
            }
        }
        if (!one && !listed) {
            root.addSubcommand(new CompletionCommand());
        }
        root.getHelpSectionMap().put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> list());
        return root.setUsageHelpWidth(WIDTH)
                .setParameterExceptionHandler(ShiplogMain::onUsage)
                .setExecutionExceptionHandler(ShiplogMain::onFailure);
    }

    private static void add(CommandLine root, Entry entry) {
        CommandLine command = new CommandLine(entry.command());
        entry.below().forEach(command::addSubcommand);
        root.addSubcommand(command);
    }

    private static String name(Entry entry) {
        return entry.command().getAnnotation(Command.class).name();
    }

    private static String list() {
        StringBuilder text = new StringBuilder();
        groups().forEach((group, entries) -> {
            text.append(text.length() == 0 ? "" : "\n").append(group).append(":\n");
            for (Entry entry : entries) {
                Command command = entry.command().getAnnotation(Command.class);
                text.append(String.format("  %-14s %s%n", command.name(), command.description()[0]));
            }
        });
        return text.append("\nFor the shell:\n")
                .append(String.format("  %-14s %s%n", "completion", CompletionCommand.DESCRIPTION))
                .toString();
    }

    private static int onUsage(ParameterException wrong, String[] args) {
        CommandLine command = wrong.getCommandLine();
        String message = Failures.sentence(wrong);
        List<String> suggestions =
                wrong instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String better = suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?";
        command.getErr()
                .println("shiplog: " + message + better + " ("
                        + command.getCommandSpec().qualifiedName() + " --help says more)");
        return CommandLine.ExitCode.USAGE;
    }

    private static int onFailure(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        command.getErr().println("shiplog: " + Failures.sentence(failure));
        return failure instanceof IllegalArgumentException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }
}
