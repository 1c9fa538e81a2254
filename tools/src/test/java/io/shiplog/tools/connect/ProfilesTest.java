// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfilesTest {
    @TempDir
    private Path directory;

    @Test
    void clustersAreFoundByName() throws IOException {
        Profiles profiles = Profiles.read(write("default=test\ntest.bootstrap=a:1\nprod.quorum= b:2,c:3 \n"));
        assertThat(profiles.defaultName()).isEqualTo("test");
        assertThat(profiles.profile("test")).isEqualTo(new Profiles.Profile("a:1", null));
        assertThat(profiles.profile("prod")).isEqualTo(new Profiles.Profile(null, "b:2,c:3"));
    }

    @Test
    void unknownProfileNamesThoseThatThereAre() throws IOException {
        Path file = write("test.bootstrap=a:1\nprod.quorum=b:2\n");
        assertThatThrownBy(() -> Profiles.read(file).profile("live"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no profile live")
                .hasMessageContaining("has prod, test")
                .hasMessageContaining("live.bootstrap=HOST:PORT");
    }

    @Test
    void fileThatIsNotThereHasNoProfiles() {
        Profiles none = Profiles.read(directory.resolve("none"));
        assertThat(none.defaultName()).isNull();
        assertThatThrownBy(() -> none.profile("live")).hasMessageContaining("does not exist");
    }

    @Test
    void fileThatCannotBeReadIsSaid() {
        assertThatThrownBy(() -> Profiles.read(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot read the profiles in " + directory);
        assertThatThrownBy(() -> Profiles.read(write("a=\\u00zz")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot read");
    }

    @Test
    void environmentSaysWhereTheFileIs() {
        assertThat(Profiles.file(Map.of("SHIPLOG_PROFILES", "/etc/shiplog"))).isEqualTo(Path.of("/etc/shiplog"));
        assertThat(Profiles.file(Map.of("XDG_CONFIG_HOME", "/x"))).isEqualTo(Path.of("/x/shiplog/profiles.properties"));
        assertThat(Profiles.file(Map.of()).toString()).endsWith(".config/shiplog/profiles.properties");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("profiles.properties"), text);
    }
}
