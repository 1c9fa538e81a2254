// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.ArrayList;
import java.util.List;
import org.pcollections.AmortizedPQueue;
import org.pcollections.TreePMap;

/** The outcomes of the last proposals that were applied, so that one seen again answers as the first time. Immutable. */
final class RecentProposals {
    static final int LIMIT = 1_000;
    static final RecentProposals NONE = new RecentProposals(AmortizedPQueue.empty(), TreePMap.empty());

    private record Key(long proposer, long proposal) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byProposer = Long.compare(proposer, other.proposer);
            return byProposer != 0 ? byProposer : Long.compare(proposal, other.proposal);
        }
    }

    private final AmortizedPQueue<Key> oldestFirst;
    private final TreePMap<Key, ProposalOutcome> outcomes;

    private RecentProposals(AmortizedPQueue<Key> oldestFirst, TreePMap<Key, ProposalOutcome> outcomes) {
        this.oldestFirst = oldestFirst;
        this.outcomes = outcomes;
    }

    ProposalOutcome get(long proposer, long proposal) {
        return outcomes.get(new Key(proposer, proposal));
    }

    RecentProposals plus(ProposalOutcome outcome) {
        Key key = new Key(outcome.proposer(), outcome.proposal());
        AmortizedPQueue<Key> keys = oldestFirst.plus(key);
        TreePMap<Key, ProposalOutcome> all = outcomes.plus(key, outcome);
        if (all.size() > LIMIT) {
            all = all.minus(keys.peek());
            keys = keys.minus();
        }
        return new RecentProposals(keys, all);
    }

    List<ProposalOutcome> oldestFirst() {
        List<ProposalOutcome> result = new ArrayList<>(outcomes.size());
        for (Key key : oldestFirst) {
            result.add(outcomes.get(key));
        }
        return result;
    }
}
