// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How far a run is and when it will end, by what its rows were thought to take and what they took. */
final class Progress {
    private final Scale scale;
    private final int units;
    private final List<Plan.Step> open;
    private double estimatedS;
    private double takenS;

    Progress(List<Plan.Step> open, Scale scale) {
        this.open = new ArrayList<>(open);
        this.units = open.size();
        this.scale = scale;
    }

    /** A line about what comes now. */
    String before(Plan.Step step) {
        double leftS = open.stream().mapToDouble(this::estimateS).sum() * correction();
        return String.format(
                Locale.ROOT,
                "[%d/%d] %s; %.0f min to go, until about %s",
                units - open.size() + 1,
                units,
                step.id(),
                leftS / 60,
                LocalTime.now(ZoneId.systemDefault()).plusSeconds((long) leftS).truncatedTo(ChronoUnit.MINUTES));
    }

    void done(Plan.Step step, double seconds) {
        open.remove(step);
        estimatedS += estimateS(step);
        takenS += seconds;
    }

    private double estimateS(Plan.Step step) {
        return step.row().estimateS(step.contestant(), scale);
    }

    private double correction() {
        return estimatedS > 0 ? takenS / estimatedS : 1;
    }
}
