package recorder

import "testing"

func TestTokensAreWrittenAsThePlatformDoes(t *testing.T) {
	one, two, no := int64(1), int64(2), false
	var known lineages
	for _, c := range []struct {
		said body
		want string
	}{
		{body{System: "7711264812420284739", Timeline: &one, Epoch: &two, LSN: "0/30062C0"}, "7711264812420284739:1:2:0/30062C0"},
		{body{System: "7711264812420284739", Timeline: &two, Epoch: &two, LSN: "A/FF"}, "7711264812420284739:2:2:A/FF"},
		{body{System: "7711264812420284739", Timeline: &one, Epoch: &two, LSN: "FFFFFFFF/0"}, "7711264812420284739:1:2:FFFFFFFF/0"},
		{body{System: "73", Timeline: &one, LSN: "0/1"}, ""},
		{body{System: "73", Timeline: &one, Epoch: &one}, ""},
		{body{System: "73", Timeline: &one, Epoch: &one, LSN: "0/xyz"}, ""},
		{body{System: "73", Timeline: &one, Epoch: &one, LSN: "0/1", Replicated: &no}, ""},
	} {
		if got := known.token(known.positionOf(&c.said)); got != c.want {
			t.Errorf("token %q, want %q", got, c.want)
		}
	}
	if len(known) != 2 {
		t.Errorf("%d lineages, want 2", len(known))
	}
}

func TestReadsDemandThePositionOfWhatTheyRead(t *testing.T) {
	r, _ := fixture(t)
	r.draw(0.9)
	one := int64(1)
	stamp := answer{outcome: ok, body: body{System: "73", Timeline: &one, Epoch: &one, LSN: "0/9"}}
	want := func(kind string, share float64) string {
		return begin(r, &client{number: 5, own: none}, &offer{Kind: kind, Role: "replica", TokenShare: share}).token
	}
	if early := want("read", 1); early != "" {
		t.Errorf("a read of nobody's element demands %q", early)
	}
	finish(r, begin(r, &client{number: 4}, adding), stamp)
	finish(r, begin(r, &client{number: 6}, &offer{Kind: "put"}), stamp)
	for _, kind := range []string{"read", "get"} {
		if all, nothing := want(kind, 1), want(kind, 0); all != "73:1:1:0/9" || nothing != "" {
			t.Errorf("%s: with all tokens %q, with none %q", kind, all, nothing)
		}
	}
}
