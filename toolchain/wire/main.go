// Wire makes a line slow, thin or lossy: packets that the router sends into
// its TUN device come out of it later, or not at all. It ends by itself when
// its lease does; without it the router forwards as ever.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
	"unsafe"
)

func main() {
	device := flag.String("device", "", "name of the TUN device to make")
	lease := flag.Duration("lease", 0, "how long to live; 0: until told to end")
	var l line
	flag.DurationVar(&l.delay, "delay", 0, "added to every packet")
	flag.DurationVar(&l.jitter, "jitter", 0, "up to this much more, at random; order is kept")
	flag.Float64Var(&l.loss, "loss", 0, "share of packets that vanish, 0 to 1")
	flag.Float64Var(&l.bytesPerSecond, "bytes-per-second", 0, "what passes in a second; 0: everything")
	flag.Parse()
	if err := serve(*device, *lease, &l); err != nil {
		fmt.Fprintln(os.Stderr, "wire:", err)
		os.Exit(1)
	}
}

// queueLength is how many packets a line holds; what comes on top is dropped,
// as a router with a full queue drops it.
const queueLength = 1 << 15

// fullAfter is how long a thin line's queue may get before it drops.
const fullAfter = 200 * time.Millisecond

// line says when a packet leaves that came in now.
type line struct {
	delay, jitter  time.Duration
	loss           float64
	bytesPerSecond float64

	// when the line has sent what it was given
	free time.Time
	last time.Time
}

// release gives the time at which a packet leaves, false when it never does.
// No packet overtakes one that came before it.
func (l *line) release(now time.Time, bytes int) (time.Time, bool) {
	if l.loss > 0 && rand.Float64() < l.loss {
		return time.Time{}, false
	}
	sent := now
	if l.bytesPerSecond > 0 {
		begin := now
		if l.free.After(begin) {
			begin = l.free
		}
		if begin.Sub(now) > fullAfter {
			return time.Time{}, false
		}
		sent = begin.Add(time.Duration(float64(bytes) / l.bytesPerSecond * float64(time.Second)))
		l.free = sent
	}
	at := sent.Add(l.delay)
	if l.jitter > 0 {
		at = at.Add(rand.N(l.jitter))
	}
	if at.Before(l.last) {
		at = l.last
	}
	l.last = at
	return at, true
}

type packet struct {
	at   time.Time
	data []byte
}

func serve(device string, lease time.Duration, l *line) error {
	tun, err := openTun(device)
	if err != nil {
		return err
	}
	queue := make(chan packet, queueLength)
	failed := make(chan error, 2)
	go func() { failed <- read(tun, l, queue) }()
	go func() { failed <- write(tun, queue) }()
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	var leaseEnd <-chan time.Time
	if lease > 0 {
		leaseEnd = time.After(lease)
	}
	select {
	case err := <-failed:
		return err
	case <-ended:
	case <-leaseEnd:
	}
	return nil
}

func read(tun *os.File, l *line, queue chan<- packet) error {
	buffer := make([]byte, 1<<16)
	for {
		n, err := tun.Read(buffer)
		if err != nil {
			return err
		}
		at, passes := l.release(time.Now(), n)
		if !passes {
			continue
		}
		select {
		case queue <- packet{at, append([]byte(nil), buffer[:n]...)}:
		default:
		}
	}
}

func write(tun *os.File, queue <-chan packet) error {
	for p := range queue {
		time.Sleep(time.Until(p.at))
		// a packet that the router refuses (its host is gone) is lost, as on any line
		if _, err := tun.Write(p.data); err != nil && !isRefused(err) {
			return err
		}
	}
	return nil
}

func isRefused(err error) bool {
	for _, refusal := range []syscall.Errno{syscall.EINVAL, syscall.EIO, syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENOBUFS} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// interfaceRequest is the kernel's struct ifreq as TUNSETIFF reads it.
type interfaceRequest struct {
	name  [syscall.IFNAMSIZ]byte
	flags uint16
	_     [22]byte
}

// exclusively refuses a device that is there already (IFF_TUN_EXCL, linux/if_tun.h).
const exclusively = 0x8000

// openTun makes a TUN device that vanishes with this process.
func openTun(name string) (*os.File, error) {
	if name == "" || len(name) >= syscall.IFNAMSIZ {
		return nil, fmt.Errorf("device: expected a name of 1 to %d bytes, came %q", syscall.IFNAMSIZ-1, name)
	}
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	request := interfaceRequest{flags: syscall.IFF_TUN | syscall.IFF_NO_PI | exclusively}
	copy(request.name[:], name)
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		return nil, fmt.Errorf("device %q: %w", name, errno)
	}
	// not blocking: reads wait in Go's poller
	return os.NewFile(uintptr(fd), "/dev/net/tun"), nil
}
