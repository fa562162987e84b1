# Takes every session that a PostgreSQL server gives to a user over its local socket, and each that becomes free, until its time is over.
use strict;
use warnings;
use Socket;
use Time::HiRes qw(alarm sleep);

my ($socket, $postmaster_file, $user, $database, $seconds) = @ARGV;
# the signal ends the program whatever it waits for, and that its sessions
alarm($seconds);

my $most = 32;
my $wanted = $most;
my @held;
for (;;) {
  my $before = server_processes();
  # asked at once, so that they stand in the queue before those who were cut off ask again
  my @taken = grep { accepted($_) } map { asked() } 1 .. $wanted;
  push @held, @taken;
  next if @taken == $wanted;
  @held = grep { !has_news($_) } @held;
  # A refusal costs the server a process: it is asked again for as many as have ended meanwhile. It may also refuse all of several who ask
  # at the same moment, though there is a session for one of them: for one it is asked again every 50 ms.
  my $ended = 0;
  for (1 .. 10) {
    $ended = $before + @taken - server_processes();
    last if $ended > 0;
    sleep 0.005;
  }
  $wanted = $ended < 1 ? 1 : $ended > $most ? $most : $ended;
}

# A connection on which a session is asked for; nothing where nobody listens.
sub asked {
  socket(my $server, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
  connect($server, sockaddr_un($socket)) or return;
  my $start = pack('N', 196608) . join("\0", user => $user, database => $database, '', '');
  syswrite($server, pack('N', 4 + length $start) . $start) or return;
  return $server;
}

sub accepted {
  my ($server) = @_;
  while (defined(my $head = received($server, 5))) {
    my ($type, $length) = unpack('aN', $head);
    received($server, $length - 4) // return 0;
    return $type eq 'Z' if $type eq 'E' || $type eq 'Z';
  }
  return 0;
}

sub received {
  my ($server, $wanted) = @_;
  my $all = '';
  while (length $all < $wanted) {
    sysread($server, $all, $wanted - length $all, length $all) or return;
  }
  return $all;
}

# Nobody asks anything in these sessions: what comes is their end, or a changed setting, for which a session may go as well.
sub has_news {
  vec(my $readable = '', fileno($_[0]), 1) = 1;
  return select($readable, undef, undef, 0) > 0;
}

sub server_processes {
  open(my $file, '<', $postmaster_file) or return 0;
  chomp(my $pid = <$file> // return 0);
  open(my $children, '<', "/proc/$pid/task/$pid/children") or return 0;
  return scalar split ' ', <$children> // '';
}
