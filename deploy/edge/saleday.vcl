vcl 4.1;
# The rules of nginx.conf.template for whoever has a Varnish (7.1) in front instead. What stands in double braces is filled by scripts/stack/varnish.ts.
# What Varnish cannot do, or does otherwise: it sends no files from disk; it takes no header by name only, so that those which could matter
# are taken away one by one, and the web processes' own refusals are the second line; and what is placed may meet a connection that is gone:
# then it is not sent at all, and the shopper is asked to try again.
import directors;
import std;

probe alive { .url = "/api/health/live"; .interval = 1s; .timeout = 2s; .window = 3; .threshold = 2; .initial = 2; }
{{backends}}

sub vcl_init {
  # In turn; and whoever has to ask again asks the first and then the last, of which one is another than the one that failed.
  new web = directors.round_robin();
  new first = directors.fallback();
  new last = directors.fallback();
{{directors}}
}

sub vcl_recv {
  set req.backend_hint = web.backend();
  if (req.restarts > 0) { return (hash); } # a page, seen and made ready below
  unset req.http.X-Kind;
  unset req.http.X-Away;
  unset req.http.X-Encoding;
  unset req.http.X-Hash;
  unset req.http.X-Stale;

  # For the follower: everything that carries one of these tags, but for what carries the stamp of a number that is new enough.
  if (req.method == "BAN") {
    if (req.http.X-Edge-Token != "{{token}}") { return (synth(403)); }
    if (req.http.X-Ban-Tags == "*") { ban("req.url ~ ."); }
    elseif (req.http.X-Ban-Unless) {
      ban("obj.http.Cache-Tag ~ (^|,)(" + req.http.X-Ban-Tags + ")(,|$) && obj.http.Cache-Tag !~ (^|,)" + req.http.X-Ban-Unless + "(,|$)");
    }
    else { ban("obj.http.Cache-Tag ~ (^|,)(" + req.http.X-Ban-Tags + ")(,|$)"); }
    return (synth(200, "Banned"));
  }
  if (req.url == "/edge-health") { return (synth(204)); }

  if (req.http.Host !~ "(?i)^({{hosts}})(:[0-9]+)?$") { return (synth(421, "Misdirected Request")); }
  if (req.method != "GET" && req.method != "HEAD" && req.method != "POST") { return (synth(405)); }
  if (std.integer(req.http.Content-Length, 0) > 65536 && req.url !~ "^/api/webhooks/stripe(\?|$)") { return (synth(413)); }
  if (req.http.X-Request-Id !~ "^[A-Za-z0-9._-]{8,64}$") { set req.http.X-Request-Id = "edge-" + std.time2integer(now, 0) + "-" + req.xid; }

  unset req.http.X-Forwarded-Host;
  unset req.http.X-Forwarded-Proto;
  unset req.http.X-Forwarded-Port;
  unset req.http.Forwarded;
  unset req.http.X-Prerender-Revalidate;
  unset req.http.X-Prerender-Revalidate-If-Generated;
  unset req.http.X-Http-Method-Override;
  unset req.http.X-Middleware-Subrequest;

  # A page's address as our own links spell it. Any other spelling is a web process' business, and kept by nobody.
  if (req.url ~ "^/((c|p|sale|sitemap)(/[A-Za-z0-9_-]+){1,9}|credits|sitemap\.xml|robots\.txt)?(\?|$)") {
    if (req.method == "POST") { return (synth(405)); }
    set req.http.X-Hash = regsub(req.url, "^[^?]*\??", "");
    set req.url = regsub(req.url, "\?.*$", "");
    if (req.http.RSC == "1") {
      set req.http.X-Kind = "rsc";
      if (req.http.Next-Router-Segment-Prefetch ~ "^/[\x21-\x7e]{0,500}$") {
        set req.http.X-Kind = "rsc" + req.http.Next-Router-Segment-Prefetch;
        set req.http.Next-Router-Prefetch = "1";
      } else {
        unset req.http.Next-Router-Segment-Prefetch;
        unset req.http.Next-Router-Prefetch;
        unset req.http.Next-Router-State-Tree;
        unset req.http.Next-Url;
      }
    } else {
      set req.http.X-Kind = "doc";
      unset req.http.RSC;
      unset req.http.Next-Router-Segment-Prefetch;
      unset req.http.Next-Router-Prefetch;
      unset req.http.Next-Router-State-Tree;
      unset req.http.Next-Url;
    }
    set req.http.X-Encoding = "identity";
    if (req.http.Accept-Encoding ~ "(?i)(^|,)\s*gzip\s*($|,|;\s*q=(1|0\.[0-9]*[1-9]))") { set req.http.X-Encoding = "gzip"; }
    if (req.http.X-Kind == "doc" && req.http.Accept-Encoding ~ "(?i)(^|,)\s*br\s*($|,|;\s*q=(1|0\.[0-9]*[1-9]))") {
      set req.http.X-Encoding = "br";
    }
    unset req.http.Cookie;
    unset req.http.Authorization;
    unset req.http.User-Agent;
    unset req.http.Referer;
    unset req.http.Origin;
    unset req.http.Range;
    unset req.http.Next-Action;
    unset req.http.Purpose;
    unset req.http.Accept-Language;
    unset req.http.Content-Security-Policy;
    unset req.http.Content-Security-Policy-Report-Only;
    set req.http.Accept = "text/html, */*";
    set req.http.Host = "{{publicHost}}";
    return (hash);
  }
  return (pass);
}

sub vcl_hash {
  hash_data(req.http.X-Kind);
  hash_data(req.http.X-Encoding);
  hash_data(req.url);
  return (lookup);
}

# What is fresh; what is not any more, while it is asked for anew, as its own answer allows; and, when nobody answers, what that allows beyond.
sub vcl_hit {
  if (obj.ttl >= 0s) { return (deliver); }
  set req.http.X-Stale = "; detail=stale";
  if (!req.http.X-Away && std.healthy(req.backend_hint) && obj.ttl + std.duration(obj.http.X-While-Asking, 0s) > 0s) { return (deliver); }
  if ((req.http.X-Away || !std.healthy(req.backend_hint)) && obj.ttl + std.duration(obj.http.X-While-Away, 0s) > 0s) { return (deliver); }
  unset req.http.X-Stale;
  if (req.restarts < 3) {
    set req.grace = 0s;
    return (restart);
  }
  return (pass);
}

sub vcl_backend_fetch {
  if (bereq.retries == 1) { set bereq.backend = first.backend(); }
  if (bereq.retries == 2) { set bereq.backend = last.backend(); }
  if (bereq.http.X-Kind) { # not once more when it is asked again
    set bereq.http.Accept-Encoding = bereq.http.X-Encoding;
    unset bereq.http.If-None-Match;
    if (bereq.http.X-Kind == "rsc") { set bereq.url = bereq.url + "?_rsc="; }
    elseif (bereq.http.X-Kind ~ "^rsc/") { # a piece of it has a name, and what came with the question a hash
      set bereq.url = bereq.url + "?_rsc=" + regsub(bereq.http.X-Hash, "^(.*&)?_rsc=([A-Za-z0-9_-]{1,40})(&.*)?$|^.*$", "\2");
    }
  }
  unset bereq.http.X-Kind;
  unset bereq.http.X-Hash;
  unset bereq.http.X-Stale;
}

sub vcl_backend_response {
  set beresp.do_gzip = false;
  set beresp.do_gunzip = false;
  if (!bereq.http.X-Encoding) { return (deliver); }
  # An error never takes the place of a page: another web process is asked, and then what is old is looked for.
  if (beresp.status >= 500) {
    if (bereq.retries < 2) { return (retry); }
    if (bereq.is_bgfetch || !bereq.http.X-Away) { return (abandon); }
  }
  unset beresp.http.Vary; # it is all in the key
  set beresp.http.X-While-Asking = regsub(beresp.http.Cache-Control, "^(.*stale-while-revalidate=([0-9]+).*|.*)$", "\2") + "s";
  set beresp.http.X-While-Away = regsub(beresp.http.Cache-Control, "^(.*stale-if-error=([0-9]+).*|.*)$", "\2") + "s";
  set beresp.grace = std.duration(beresp.http.X-While-Away, 0s);
  if (std.duration(beresp.http.X-While-Asking, 0s) > beresp.grace) { set beresp.grace = std.duration(beresp.http.X-While-Asking, 0s); }
  if ((beresp.status != 200 && beresp.status != 410) || beresp.http.Set-Cookie || beresp.http.Cache-Control !~ "s-maxage=") {
    set beresp.uncacheable = true;
    set beresp.ttl = 0s;
    set beresp.grace = 0s;
  }
  return (deliver);
}

sub vcl_backend_error {
  if (bereq.method != "POST" && bereq.retries < 2) { return (retry); }
  set beresp.status = 503;
  set beresp.http.Content-Type = "text/html; charset=utf-8";
  set beresp.http.Cache-Control = "no-store";
  set beresp.http.Retry-After = "5";
  set beresp.body = {"{{awayPage}}"};
  return (deliver);
}

# Of a page that is kept, even what is old is better than an error.
sub vcl_synth {
  if (resp.status == 503 && req.http.X-Kind && !req.http.X-Away) {
    set req.http.X-Away = "1";
    set req.grace = 10d;
    return (restart);
  }
}

sub vcl_deliver {
  if (resp.status == 503 && req.http.X-Kind && !req.http.X-Away) {
    set req.http.X-Away = "1";
    set req.grace = 10d;
    return (restart);
  }
  set resp.http.X-Request-Id = req.http.X-Request-Id;
  # Nobody tells a CDN in front of this one of edits: it may keep a page for a second. And what this one may do with it.
  unset resp.http.CDN-Cache-Control;
  if (resp.http.Cache-Control ~ "^s-maxage" && (resp.status == 200 || resp.status == 304 || resp.status == 410)) {
    set resp.http.X-Edge-Cache-Control = resp.http.Cache-Control;
    set resp.http.CDN-Cache-Control = "max-age=1, stale-while-revalidate=1, stale-if-error=86400";
    set resp.http.Surrogate-Control = resp.http.CDN-Cache-Control;
  }
  if (resp.http.Cache-Control ~ "s-maxage") { set resp.http.Cache-Control = "public, max-age=0, must-revalidate"; }
  set req.http.X-How = "fwd=bypass";
  if (req.http.X-Kind) { set req.http.X-How = "fwd=uri-miss"; }
  if (obj.hits > 0) { set req.http.X-How = "hit" + req.http.X-Stale; }
  std.collect(resp.http.Cache-Status);
  if (resp.http.Cache-Status) { set resp.http.Cache-Status = resp.http.Cache-Status + ", edge; " + req.http.X-How; }
  else { set resp.http.Cache-Status = "edge; " + req.http.X-How; }
  unset resp.http.X-While-Asking;
  unset resp.http.X-While-Away;
  unset resp.http.X-Varnish;
  unset resp.http.Via;
  return (deliver);
}
