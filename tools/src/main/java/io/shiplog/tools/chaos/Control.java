// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.Ledger;
import io.shiplog.tools.trial.ReadLog;
import io.shiplog.tools.trial.Verification;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Shows that the check can tell: it is given the truth, and then every {@link Falsehood}. */
final class Control {
    private Control() {}

    /**
     * Returns in words what the check said of each falsehood.
     *
     * @param records by partition, in order; one of them holds at least three
     * @throws Fault when it objects to the truth, or to a falsehood does not
     */
    static String of(Ledger ledger, List<List<ConsumerRecord<byte[], byte[]>>> records) throws Exception {
        String truth = firstFault(ledger, records);
        if (truth != null) {
            throw new Fault("control: the check objects to what is true: " + truth);
        }
        int largest = 0;
        for (int p = 1; p < records.size(); p++) {
            largest = records.get(p).size() > records.get(largest).size() ? p : largest;
        }
        List<String> said = new ArrayList<>();
        for (Falsehood falsehood : Falsehood.values()) {
            List<List<ConsumerRecord<byte[], byte[]>>> told = new ArrayList<>(records);
            told.set(largest, falsehood.of(records.get(largest)));
            String fault = firstFault(ledger, told);
            if (fault == null) {
                throw new Fault("control: the check did not notice a record that was " + falsehood);
            }
            said.add(falsehood + " (\"" + fault + "\")");
        }
        return "control: noticed " + String.join(", ", said);
    }

    private static String firstFault(Ledger ledger, List<List<ConsumerRecord<byte[], byte[]>>> records)
            throws Exception {
        ReadLog read = new ReadLog(ledger, records.size());
        records.forEach(partition -> partition.forEach(read::add));
        Verification verification = new Verification(ledger, sequence -> "record " + sequence);
        verification.allAcknowledged();
        verification.readBack(read, records.size());
        return verification.faults().isEmpty() ? null : verification.faults().get(0);
    }
}
