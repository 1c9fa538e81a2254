# perl ext4-shutdown.pl now|armed DIRECTORY... : cuts the power of the ext4 file systems mounted there. Run by bin/lib/disk,
# which checks that they are ours.
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0
use strict;
use warnings;
use Fcntl;

# linux/ext4.h: EXT4_IOC_SHUTDOWN is _IOR('X', 125, __u32); flag 2 leaves out the flush of the journal.
my $EXT4_IOC_SHUTDOWN = 0x8004587d;
my $NO_LOG_FLUSH = 2;

my ($when, @directories) = @ARGV;
my @handles;
for my $directory (@directories) {
  sysopen(my $handle, $directory, O_RDONLY | O_DIRECTORY) or die "$directory: $!\n";
  push @handles, $handle;
}
if ($when eq 'armed') {
  $| = 1;
  print "armed\n";
  exit 0 unless defined <STDIN>;
}
for my $i (0 .. $#handles) {
  my $flag = pack('L', $NO_LOG_FLUSH);
  ioctl($handles[$i], $EXT4_IOC_SHUTDOWN, $flag) or die "$directories[$i]: $!\n";
}
print "cut\n";
