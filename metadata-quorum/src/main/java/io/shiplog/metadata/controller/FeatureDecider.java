// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.GroupConfigs;
import io.shiplog.metadata.image.JobsImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.image.SupportedFeature;
import io.shiplog.metadata.proto.FeatureUpdate;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.UpdateFeaturesCommand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/** Which levels of features the cluster uses (KIP-584; {@code FeatureControlManager}): all updates of a call, or none. */
final class FeatureDecider {
    /** Codes of Kafka's {@code FeatureUpdate.UpgradeType}. */
    private static final int UPGRADE = 1;

    private static final int UNSAFE_DOWNGRADE = 3;

    private final List<SupportedFeature> supported;

    /** {@code supported} is what this node's software has. */
    FeatureDecider(List<SupportedFeature> supported) {
        this.supported = supported;
    }

    /** What a new cluster uses: the highest levels. */
    List<MetadataRecord> initial() {
        List<MetadataRecord> records = new ArrayList<>();
        for (SupportedFeature feature : supported) {
            records.add(
                    RegistryRecords.feature(feature.name(), feature.maxLevel()).build());
        }
        return records;
    }

    Decision update(MetadataImage image, UpdateFeaturesCommand command) {
        List<MetadataRecord> records = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (FeatureUpdate update : command.getUpdatesList()) {
            String problem = names.add(update.getName()) ? problem(image, update) : "The feature is named twice.";
            if (problem != null) {
                return Decision.refused(
                        image.offset(),
                        Errors.INVALID_UPDATE_VERSION,
                        "Invalid update version " + update.getLevel() + " for feature " + update.getName() + ". "
                                + problem);
            }
            if (image.registry().featureLevel(update.getName()) != update.getLevel()) {
                records.add(RegistryRecords.feature(update.getName(), update.getLevel())
                        .build());
            }
        }
        return Decision.atomic(
                image.offset(), command.getValidateOnly() ? List.of() : records, MetadataResult.newBuilder());
    }

    private String problem(MetadataImage image, FeatureUpdate update) {
        int type = update.getUpgradeType();
        int current = image.registry().featureLevel(update.getName());
        int level = update.getLevel();
        if (type < UPGRADE || type > UNSAFE_DOWNGRADE) {
            return "The controller does not support the given upgrade type.";
        }
        if (level < 0) {
            return "A feature version cannot be less than 0.";
        }
        String unsupported = unsupported(image, update.getName(), level);
        if (unsupported != null) {
            return unsupported;
        }
        if (update.getName().equals(Features.SHIPLOG_METADATA_VERSION)
                && level < GroupConfigs.FIRST_LEVEL
                && !image.configuredGroups().isEmpty()) {
            return "Groups have settings, which that level does not know; remove them first.";
        }
        if (update.getName().equals(Features.SHIPLOG_METADATA_VERSION) && level < JobsImage.FIRST_LEVEL) {
            String jobs = inTheWayOfNoJobs(image);
            if (jobs != null) {
                return jobs;
            }
        }
        if (level < current && type == UPGRADE) {
            return "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe"
                    + " downgrade.";
        }
        return level > current && type != UPGRADE ? "Can't downgrade to a newer version." : null;
    }

    /** That jobs have been forgotten is not enough: the number of the last one is kept, and is part of the state. */
    private static String inTheWayOfNoJobs(MetadataImage image) {
        if (image.jobs().lastId() > 0) {
            return "There have been jobs, and that level cannot read what is kept of them: the level stays.";
        }
        return image.brokers().stream().anyMatch(BrokerImage::cordoned)
                ? "There are cordoned nodes, which that level does not know: uncordon them first."
                : null;
    }

    private String unsupported(MetadataImage image, String name, int level) {
        SupportedFeature own = SupportedFeature.find(supported, name);
        if (own == null) {
            return "The controller does not know this feature.";
        }
        if (!own.contains(level)) {
            return "The controller supports versions " + own.minLevel() + " to " + own.maxLevel() + " of it.";
        }
        for (BrokerImage broker : image.brokers()) {
            if (!broker.supports(name, level)) {
                return "Broker " + broker.id() + " does not support it.";
            }
        }
        return null;
    }
}
