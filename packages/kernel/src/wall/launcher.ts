/** What the launcher complains of where there can be no wall. */
export const NO_LANDLOCK = 'wall: this kernel has no Landlock that covers truncation';

/**
 * The program that every process of a turn is started by: Perl, because it is there wherever Debian is (perl-base is
 * essential), starts in 5 ms and can make system calls that Node can't. `wall.ts` has its arguments.
 *
 * It stays as the parent of the turn, outside of the wall. As a child subreaper it gets every orphan of the turn, so
 * what a turn has started can always be found below it, however it detached itself. It ends all of that when the command
 * ends, on SIGTERM, and when whoever started it dies. The command itself runs behind the wall:
 *
 * - Landlock, file system: what is not listed can't be read, written or run.
 *   https://docs.kernel.org/userspace-api/landlock.html
 * - Landlock, scopes (kernel 6.12): no signal and no abstract Unix socket reaches a process outside.
 * - No capabilities, also where root runs all this.
 * - seccomp: no Unix socket that could reach another's is made, since one of the machine's own services (the session's bus,
 *   a container engine) would run a command on the outside. io_uring could make one past the filter, so it goes too, and with
 *   it System V's shared memory, the kernel's keyring and limits or priorities of other processes.
 */
export const LAUNCHER = String.raw`
use strict;
use warnings;

my ($parent, $machine) = splice(@ARGV, 0, 2);
my %numbers = (
  x64 => {
    prctl => 157, capset => 126, openat => 257, audit => 0xC000003E, socket => 41, socketpair => 53,
    shared => [29, 30, 64, 68, 248, 249, 250],
    others => [[302, 0], [203, 0], [144, 0], [142, 0], [314, 0], [141, 1], [251, 1]],
  },
  arm64 => {
    prctl => 167, capset => 91, openat => 56, audit => 0xC00000B7, socket => 198, socketpair => 199,
    shared => [194, 196, 190, 186, 217, 218, 219],
    others => [[261, 0], [122, 0], [119, 0], [118, 0], [274, 0], [140, 1], [30, 1]],
  },
);
my $number = $numbers{$machine} or die "wall: no system call numbers for $machine\n";
my ($create_ruleset, $add_rule, $restrict_self, $io_uring_setup) = (444, 445, 446, 425);
my ($PDEATHSIG, $SECCOMP, $DROP_BOUNDING, $SUBREAPER, $NO_NEW_PRIVS, $AMBIENT) = (1, 22, 24, 36, 38, 47);
my ($AT_FDCWD, $O_PATH_CLOEXEC, $WNOHANG, $WUNTRACED, $SIGTERM) = (-100, 0x280000, 1, 2, 15);

sub prctl { syscall($number->{prctl}, $_[0] + 0, $_[1], ($_[2] // 0), 0, 0) }
sub must { $_[1] >= 0 or die "wall: $_[0]: $!\n"; return $_[1] }

# include/uapi/linux/landlock.h
my $version = syscall($create_ruleset, 0, 0, 1);
die "${NO_LANDLOCK} (Linux 6.2)\n" if $version < 3;
my $read = 1 << 2 | 1 << 3;
my $execute = 1 << 0;
my $device = 1 << 1 | 1 << 2 | ($version >= 5 ? 1 << 15 : 0);
# All but making devices.
my $write = 0xFFFF & ~(1 << 6 | 1 << 11) & ($version >= 5 ? 0xFFFF : 0x7FFF);
my $handled = $version >= 5 ? 0xFFFF : 0x7FFF;
my $of_files = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15;
my %access = ('--read' => $read, '--execute' => $read | $execute, '--device' => $device, '--write' => $write);

my @rules;
while (@ARGV && $ARGV[0] ne '--') {
  my ($kind, $path) = splice(@ARGV, 0, 2);
  push @rules, [$access{$kind} // die("wall: unknown rule $kind\n"), $path];
}
shift @ARGV;
die "wall: no command\n" unless @ARGV;

# Root's own rights go around Landlock: CAP_PERFMON reads the memory of any process since Linux 6.17.
sub drop_capabilities {
  prctl($DROP_BOUNDING, $_) for 0 .. 63;
  prctl($AMBIENT, 4);
  # _LINUX_CAPABILITY_VERSION_3, this process; effective, permitted and inheritable, twice.
  my ($header, $none) = (pack('LL', 0x20080522, 0), pack('L6', (0) x 6));
  syscall($number->{capset}, $header, $none);
  # A system call filter may refuse these; where there is nothing to drop, that is no matter.
  open(my $file, '<', '/proc/self/status') or die "wall: /proc: $!\n";
  /^Cap(?:Inh|Prm|Eff|Amb):\s*0*[1-9a-f]/ and die "wall: capabilities are left: $_" while <$file>;
}

sub restrict {
  drop_capabilities();
  must('no_new_privs', prctl($NO_NEW_PRIVS, 1));
  my $attributes = pack('QQQ', $handled, 0, 3);
  my $size = $version >= 6 ? 24 : 8;
  my $ruleset = must('create', syscall($create_ruleset, $attributes, $size, 0));
  for my $rule (@rules) {
    my ($allowed, $path) = @$rule;
    my $folder = syscall($number->{openat}, $AT_FDCWD, $path, $O_PATH_CLOEXEC, 0);
    next if $folder < 0;
    $allowed &= $of_files unless -d $path;
    my $beneath = pack('Ql', $allowed & $handled, $folder);
    must("rule for $path", syscall($add_rule, $ruleset, 1, $beneath, 0));
    open(my $closing, '<&=', $folder);
    close($closing) if $closing;
  }
  must('restrict', syscall($restrict_self, $ruleset, 0));
  filter_calls();
}

# struct sock_filter, include/uapi/linux/filter.h; offsets in struct seccomp_data: nr 0, arch 4, args 16 and 24. Each rule
# skips itself when it is not meant, so that none has to know how long the others are.
sub filter_calls {
  my ($load, $and, $equal, $at_least, $return) = (0x20, 0x54, 0x15, 0x35, 0x06);
  my ($refuse, $absent) = (0x00050000 | 13, 0x00050000 | 38);
  my ($number_at, $machine_at, $first, $second) = (0, 4, 16, 24);
  my @program = (
    [$load, 0, 0, $machine_at],
    [$equal, 1, 0, $number->{audit}],
    [$return, 0, 0, $refuse],
    [$load, 0, 0, $number_at],
    # The numbers of x32, another ABI of the same machine.
    [$at_least, 0, 1, 0x40000000],
    [$return, 0, 0, $refuse],
    [$equal, 0, 1, $io_uring_setup],
    [$return, 0, 0, $absent],
    # shmget, shmat, semget, msgget, add_key, request_key, keyctl: what processes of one user share without a file.
    (map { ([$equal, 0, 1, $_], [$return, 0, 0, $refuse]) } @{$number->{shared}}),
    # prlimit64, sched_setaffinity, sched_setscheduler, sched_setparam, sched_setattr, setpriority, ioprio_set: of oneself only.
    (
      map {
        (
          [$equal, 0, 4, $_->[0]],
          [$load, 0, 0, $first + 8 * $_->[1]],
          [$equal, 1, 0, 0],
          [$return, 0, 0, $refuse],
          [$load, 0, 0, $number_at],
        )
      } @{$number->{others}}
    ),
    # AF_UNIX is 1.
    [$equal, 0, 3, $number->{socket}],
    [$load, 0, 0, $first],
    [$equal, 0, 1, 1],
    [$return, 0, 0, $refuse],
    [$load, 0, 0, $number_at],
    # A pair of datagram sockets (type 2) could send to any name.
    [$equal, 0, 4, $number->{socketpair}],
    [$load, 0, 0, $second],
    [$and, 0, 0, 15],
    [$equal, 0, 1, 2],
    [$return, 0, 0, $refuse],
    [$return, 0, 0, 0x7FFF0000],
  );
  my $filter = join('', map { pack('SCCL', @$_) } @program);
  my $program = pack('Sx6P', scalar(@program), $filter);
  must('seccomp', prctl($SECCOMP, 2, $program));
}

must('subreaper', prctl($SUBREAPER, 1));
must('parent death signal', prctl($PDEATHSIG, $SIGTERM));
my $stopped = 0;
$SIG{$_} = sub { $stopped = 1 } for qw(TERM INT HUP);
$SIG{CHLD} = sub { };
exit 1 if getppid() != $parent;

my $command = fork() // die "wall: fork: $!\n";
if ($command == 0) {
  $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP CHLD);
  setpgrp(0, 0);
  # The command line alone decides what is said here: a failure must not run it without the wall.
  eval { restrict(); 1 } or do { print STDERR $@; exit 126 };
  no warnings 'exec';
  exec { $ARGV[0] } @ARGV or do { print STDERR "wall: $ARGV[0]: $!\n"; exit 127 };
}
open(STDIN, '<', '/dev/null');
open(STDOUT, '>', '/dev/null');

my $status = 0;
until ($stopped || getppid() != $parent) {
  my $ended = waitpid(-1, $WNOHANG | $WUNTRACED);
  # Not ended but stopped, by something of the turn: nobody else would ever let it go on.
  next if $ended == $command && kill('CONT', $command);
  if ($ended == $command) { $status = $?; last }
  last if $ended < 0;
  # A signal that came just before is noticed after this at the latest.
  select(undef, undef, undef, 0.2) if $ended == 0;
}
end_all();
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);

sub descendants {
  my %parent_of;
  opendir(my $processes, '/proc') or return ();
  for my $pid (grep { /^\d+$/ } readdir($processes)) {
    open(my $file, '<', "/proc/$pid/stat") or next;
    my $line = <$file> // next;
    # The name in brackets may hold anything. Dead ones count: what shows as a zombie may have threads that live.
    $parent_of{$pid} = $1 if $line =~ /.*\) \S (\d+)/s;
  }
  my %found = ($$ => 1);
  for (my $grown = 1; $grown;) {
    $grown = 0;
    for my $pid (keys %parent_of) {
      next if $found{$pid} || !$found{$parent_of{$pid}};
      $found{$pid} = $grown = 1;
    }
  }
  delete $found{$$};
  return keys %found;
}

# A child subreaper has a child for as long as anything of the turn lives, so that is what tells when all is over. What
# forks and leaves faster than the list of processes can be read shows among the children again and again, where it is met.
sub end_all {
  my $children = "/proc/$$/task/$$/children";
  for my $round (0 .. 200_000) {
    my $left;
    do { $left = waitpid(-1, $WNOHANG) } while $left > 0;
    return if $left < 0;
    # Everything is stopped first, so that none can start another while the rest is ended.
    if ($round % 50 == 0) {
      my %stopped_already;
      my @fresh;
      my $rounds = 0;
      do {
        @fresh = grep { !$stopped_already{$_} } descendants();
        kill('STOP', @fresh);
        $stopped_already{$_} = 1 for @fresh;
      } while (@fresh && ++$rounds < 50);
      kill('KILL', keys %stopped_already);
    }
    if (open(my $file, '<', $children)) {
      my $line = <$file> // '';
      kill('KILL', split(' ', $line));
    }
    select(undef, undef, undef, 0.001) if $round > 1000;
  }
}
`;
